// Licensed under the Apache License, Version 2.0; see LICENSE.
/** Servers on reactor-netty: what Netty's own hooks do not know of it. */
package io.inboard.instrumentation.reactornetty.server;

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

/** A handler of ours, which is nobody's codec. */
interface Ours {}

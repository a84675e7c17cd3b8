// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * HTTP servers of Vert.x 4.5 and 5, and vertx-web: what Netty's own hooks do not know of them.
 * Connections and requests are Netty's.
 */
package io.inboard.instrumentation.vertx.server;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Where ports and connections are opened, by whichever library: in the JDK, and in Netty's native
 * transports, which go around the JDK.
 */
package io.inboard.instrumentation.sockets;

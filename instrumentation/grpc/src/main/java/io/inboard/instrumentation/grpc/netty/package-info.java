// Licensed under the Apache License, Version 2.0; see LICENSE.
/** Connections of gRPC-Java by Netty, as it is and as grpc-netty-shaded carries it. */
package io.inboard.instrumentation.grpc.netty;

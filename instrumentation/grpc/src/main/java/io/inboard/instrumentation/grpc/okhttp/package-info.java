// Licensed under the Apache License, Version 2.0; see LICENSE.
/** Connections of gRPC-Java by OkHttp's frames, over sockets that block. */
package io.inboard.instrumentation.grpc.okhttp;

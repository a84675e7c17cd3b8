// Licensed under the Apache License, Version 2.0; see LICENSE.
/** gRPC-Java's server, whatever its transport. */
package io.inboard.instrumentation.grpc.server;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * gRPC-Java's client, above its transports. An interceptor that is the innermost one follows the
 * steps of a call; each attempt is a call of the channel's own, which carries its {@link
 * io.inboard.instrumentation.grpc.client.Flight} to the picker of connections, and that takes one
 * to the endpoint which the mesh has chosen. What has no endpoint goes where the channel's own
 * balancer sends it.
 */
package io.inboard.instrumentation.grpc.client;

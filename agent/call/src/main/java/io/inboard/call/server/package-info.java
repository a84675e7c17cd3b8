// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What the adapters of servers share. Below HTTP, {@link io.inboard.call.server.InboundConnection}
 * tells TLS from plaintext by a connection's first bytes, and refuses what a port does not take;
 * above it, every request passes the {@link io.inboard.call.server.Gate}. Knows no library; a
 * library writes a {@link io.inboard.call.server.InboundConnection.Peer} and a {@link
 * io.inboard.call.server.ServerExchange}. A framework above servers tells its routes by {@link
 * io.inboard.call.server.FrameworkRoute}.
 */
package io.inboard.call.server;

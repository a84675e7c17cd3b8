// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * HTTP clients that applications build of Netty's codecs. Netty has connections and messages, but
 * no calls: each connection is opened to one endpoint of its destination, and stays there with all
 * that the application sends over it.
 *
 * <pre>
 *   application → Bootstrap.connect
 *     Connect         one connection: asks the mesh where to, and opens it
 *       Handshake     TLS of ours below it, until the peer is known
 *     Requests        each request of HTTP/1.1 over it
 *     Streams         each request of HTTP/2 over it
 * </pre>
 *
 * Libraries that have hooks of their own are left to those ({@code Connects}).
 */
package io.inboard.instrumentation.netty.client;

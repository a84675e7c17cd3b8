// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Vert.x's HTTP client of 4.5 and 5, and what stands on it (its WebClient).
 *
 * <pre>
 *   application → HttpClient.request
 *     Exchange        one call: a request that the application gets, and its response
 *       Flight        one attempt: a request of the library's
 *         Target      its endpoint, as an address of the library's pools
 *     Opening         the connection to it
 *       Handshake     TLS of ours below it, until the peer is known
 *       Spoken        HTTP/1.1 or HTTP/2, as was agreed on there
 *   application → HttpClientRequest.end → Flights → Flight
 * </pre>
 *
 * A WebSocket is one connection to one endpoint. What goes through a proxy of the application's, by
 * TLS of its own or to an address of its own is only watched ({@code Watched}): where it leads is
 * not ours to say, and what the mesh would have to encrypt is refused.
 *
 * <p>The application gets its request together with a connection, before it has said all of it: a
 * route that looks at headers knows those of its RequestOptions.
 */
package io.inboard.instrumentation.vertx.client;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Jetty's HTTP client of 9.4 to 12.1, whose calls never hold up a thread.
 *
 * <pre>
 *   application → Request.send → HttpDestination.send(HttpExchange)
 *     HttpConversation    what the application asked for, with all its hops
 *       Hop               one hop, a call of the mesh: a redirect or a challenge makes the next one
 *         InFlight        one attempt, an HttpExchange of its own of the same request
 *           Route         its endpoint: a destination of Jetty's, with a pool of its own
 *           Held          what the application is told of it, and when
 * </pre>
 *
 * <p>Jetty tells listeners of the conversation what comes of an exchange. While an attempt is not
 * decided they hear nothing: {@link io.inboard.instrumentation.jettyclient.Held} stands in their
 * place, asks the mesh when the head of the response is there, and then either says again what
 * Jetty has said, or lets the response pass by. Jetty 12 fetches a body only when it is asked for;
 * before, it is decided on the thread that reads, before the body.
 *
 * <p>Where an attempt goes is said by the tag of the destination's origin, by which Jetty tells
 * destinations apart and which it lets wrap the connections ({@code
 * ClientConnectionFactory.Decorator}).
 *
 * <p>What an application opens by itself, a {@code Connection} or a session of HTTP/2, is directed
 * as a whole, once: {@link io.inboard.instrumentation.jettyclient.OwnConnection}.
 *
 * <p>9.4 to 11 have most classes in another package than 12: what differs is reached by {@link
 * io.inboard.instrumentation.jettyclient.Members}.
 */
package io.inboard.instrumentation.jettyclient;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Apache HttpClient 5.0 to 5.6, classic (the one whose caller waits) and async (below), and their
 * minimal clients, whose one method is a hop by itself.
 *
 * <pre>
 *   RedirectExec
 *     HttpRequestRetryExec            a Conversation: what the library repeats by itself
 *       ProtocolExec                  (cookies, challenges)
 *         ConnectExec                 a Hop: one call of the mesh, attempt by attempt
 *           acquireEndpoint           the pool, asked for the endpoint's route
 *           connect                   the endpoint's address and TLS
 *           sendRequestHeader         the attempt's headers
 * </pre>
 *
 * <p>A hop is what is sent to one URL; a redirect or a challenge makes the next one, with an
 * endpoint, a span and retries of its own. The request of a hop gets, before each attempt, the
 * headers that it came with: since 5.1 the library adds its own to it below.
 *
 * <p>The library's pool keeps connections apart by route, so an endpoint has a route of its own,
 * whose name of the host is made for its pool key; the application's interceptors, its context and
 * its errors see the route that they know. TLS is below the library, which sees a plain socket: of
 * one with TLS it would keep connections for the user that the session names.
 *
 * <p>Not hedged: a call has one connection, and its thread waits on it.
 *
 * <p>The client that does not block is the same in other words, and goes on on the threads of its
 * I/O reactor:
 *
 * <pre>
 *   AsyncRedirectExec
 *     AsyncHttpRequestRetryExec       a Talk: what the hops of a call have in common
 *       AsyncProtocolExec             (cookies, challenges)
 *         AsyncConnectExec            an AsyncHop, attempt by attempt: an AsyncFlight
 *           lease                     the pool, asked for the endpoint's route: a Passage
 *           connect                   the endpoint's address and TLS: Securing
 *           execute                   the attempt's headers, where the head is written: SentHandler
 * </pre>
 *
 * <p>What the hooks inside an attempt need stands in a thread local while the library works for it,
 * and in the callbacks by which it goes on elsewhere. A head of which nobody knows yet what becomes
 * holds up its body, not a thread. Asked for plaintext the library negotiates nothing: HTTP/2 is
 * spoken where the application forces it, and by clients of nothing else, whose calls share the
 * connection of an endpoint; there a stream is given up where otherwise a connection is closed.
 */
package io.inboard.instrumentation.apachehttpclient5;

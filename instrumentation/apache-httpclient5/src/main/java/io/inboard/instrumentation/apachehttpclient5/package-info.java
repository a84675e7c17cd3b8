// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Apache HttpClient 5.0 to 5.6, classic (the one whose caller waits), and its minimal client, whose
 * one method is a hop by itself.
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
 */
package io.inboard.instrumentation.apachehttpclient5;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Apache HttpClient 4.3 to 4.5, with all that HttpClientBuilder makes, and the minimal client.
 *
 * <pre>
 *   RedirectExec
 *     ServiceUnavailableRetryExec, RetryExec   a Conversation: what the library repeats by itself
 *       ProtocolExec                           (cookies)
 *         MainClientExec, MinimalClientExec    a Hop: one call of the mesh, attempt by attempt
 *           requestConnection                  the pool, asked for the endpoint's route
 *           connect                            the endpoint's address and TLS
 *           sendRequestHeader                  the attempt's headers
 * </pre>
 *
 * <p>A hop is what is sent to one URL; a redirect makes the next one, with an endpoint, a span and
 * retries of its own. A challenge is answered inside an attempt, on its connection.
 *
 * <p>The library's pool keeps connections apart by route, so an endpoint has a route of its own,
 * whose name of the host is made for its pool key; the application's interceptors, its context, its
 * limits by route and its errors see the route that they know. TLS is below the library, which sees
 * a plain socket: of one with TLS it would keep connections for the user that the session names.
 *
 * <p>A client of the style of 4.2 (DefaultHttpClient) connects by classes that are not named here:
 * it is a client that no hook knows, and is treated as one, through a proxy, too.
 *
 * <p>Not hedged: a call has one connection, and its thread waits on it.
 */
package io.inboard.instrumentation.apachehttpclient4;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * OkHttp 3.14, 4 and 5, synchronous and by its Dispatcher, HTTP/1.1 and HTTP/2.
 *
 * <pre>
 *   application's interceptors
 *   RetryAndFollowUpInterceptor   a Conversation: one call of the application
 *     BridgeInterceptor, CacheInterceptor            (what the cache answers is no call)
 *       ConnectInterceptor                           a Hop: one call of the mesh, attempt by attempt
 *         createAddress, new Exchange                where an attempt connects (AttemptRoute)
 *         network interceptors, CallServerInterceptor
 * </pre>
 *
 * <p>A hop is what is sent to one URL; a redirect or a challenge makes the next one, with an
 * endpoint, a span and retries of its own. An attempt is what RetryAndFollowUpInterceptor makes of
 * a follow-up: it ends the exchange before, lets the call's connection go and begins with a new
 * address. The library's pool keeps connections apart by address, and an endpoint's address is
 * equal to that of the same endpoint with the same keys only.
 *
 * <p>TLS is the library's own handshake, over a socket that the endpoint's plan has layered; so
 * HTTP/2 is negotiated as for https. The application, which asked for http, is shown no handshake
 * in its response.
 *
 * <p>Not hedged: a call has one exchange, and its thread waits in it.
 */
package io.inboard.instrumentation.okhttp;

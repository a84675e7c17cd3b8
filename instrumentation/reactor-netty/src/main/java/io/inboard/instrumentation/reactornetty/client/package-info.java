// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * reactor-netty's HTTP client of 1.0 to 1.3, and what stands on it (Spring's WebClient, Spring
 * Cloud Gateway).
 *
 * <pre>
 *   application → HttpClientConnect.MonoHttpConnect.subscribe
 *     Exchange            one subscription, with all its hops
 *       Hop               one hop, a call of the mesh: a redirect makes the next one
 *         Flight          one attempt: a subscription of its own of the same MonoHttpConnect
 *           Target        where it connects to, which is also what its pool is found by
 *           SecuredChannel  TLS of ours on that connection
 * </pre>
 *
 * <p>The library makes an HttpClientHandler for each subscription, which knows the URL that is
 * asked now, makes the request and repeats it after a redirect or a reset. Each attempt has one of
 * its own, which begins with what the hop knows ({@code Stage}) and repeats nothing by itself where
 * the mesh does. Channels do not read by themselves (AUTO_READ is off) before the application
 * subscribes to the body, so that an attempt is decided between its head and its body.
 *
 * <p>The Reactor context of an attempt names its Flight: that is how the library's operations of a
 * connection, which know their subscriber's context, lead to it.
 */
package io.inboard.instrumentation.reactornetty.client;

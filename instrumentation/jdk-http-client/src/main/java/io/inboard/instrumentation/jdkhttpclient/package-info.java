// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * {@code java.net.http.HttpClient}, sync and async, HTTP/1.1 and HTTP/2.
 *
 * <pre>
 *   application → HttpClientImpl.send / sendAsync
 *     MultiExchange      one conversation: remembers the caller's context; cancellation arrives here
 *       Exchange         one hop: a redirect or an authentication round makes the next one
 *         Hop            one call of the mesh: its attempts, each an exchange of its own
 *         WatchedHop     or one that it leaves to the JDK, and traces
 *           HttpRequestImpl   what the attempt changes: address, TLS, headers (Route)
 * </pre>
 *
 * <p>A hop is the unit of a call, not the conversation: a redirect may lead to another destination,
 * with another policy. The JDK decides whether there is a next hop; the mesh decides about attempts
 * within one.
 *
 * <p>A server may close a pooled connection just when it is used again. Over HTTP/1.1 the operating
 * system is asked right before the head is written ({@link
 * io.inboard.instrumentation.jdkhttpclient.Stale}); such an attempt was not sent, and the mesh
 * makes another, of a POST, too. Not saved: a POST whose connection ends within the microseconds
 * after that, and one whose end the JDK notices by itself after it has queued the head. Whether
 * that head was taken to be written meanwhile cannot be told from outside, so it counts as sent.
 */
package io.inboard.instrumentation.jdkhttpclient;

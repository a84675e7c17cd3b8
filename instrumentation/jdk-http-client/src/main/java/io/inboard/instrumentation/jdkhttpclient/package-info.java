// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * {@code java.net.http.HttpClient}, sync and async, HTTP/1.1 and HTTP/2.
 *
 * <pre>
 *   application → HttpClientImpl.send / sendAsync
 *     MultiExchange      one conversation: remembers the caller's context; cancellation arrives here
 *       Exchange         one hop: a redirect or an authentication round makes the next one
 *         Hop            one call of the mesh: its attempts, each an exchange of its own
 *           HttpRequestImpl   what the attempt changes: address, TLS, headers (Route)
 * </pre>
 *
 * <p>A hop is the unit of a call, not the conversation: a redirect may lead to another destination,
 * with another policy. The JDK decides whether there is a next hop; the mesh decides about attempts
 * within one.
 */
package io.inboard.instrumentation.jdkhttpclient;

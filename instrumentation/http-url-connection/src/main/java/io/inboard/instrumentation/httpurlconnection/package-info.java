// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * {@code java.net.HttpURLConnection}, which Spring's RestTemplate uses by default, too.
 *
 * <p>A call is one <i>hop</i>: what the JDK sends to one URL. Where it follows a redirect or
 * answers an authentication challenge by itself, the next hop may go to another host; it is a call
 * of its own, with an endpoint, a span and retries of its own.
 *
 * <pre>
 *   plainConnect0      the hop begins: first attempt, answer of the mesh, or refusal
 *     KeepAliveCache.get / NetworkClient.doConnect     a connection to the attempt's endpoint
 *   writeRequests      the head (and a buffered body) goes out, over a connection that still lives
 *     HttpClient.writeRequests                         the attempt's headers, once a physical send
 *   StreamingOutputStream    a streamed body goes out; a copy is kept as far as the mesh allows
 *   parseHTTP          the response head: hand on, send again, answer, or refuse
 *   HttpInputStream    the body's end: the hop is done
 * </pre>
 *
 * A failure is reported where it shows, and everything up to there is done again when the core says
 * so ({@link io.inboard.instrumentation.httpurlconnection.Hop}). An answer of the mesh comes in by
 * the same door as a server's ({@link io.inboard.instrumentation.httpurlconnection.Canned}).
 *
 * <p>Not hedged. A connection has one client, one response head, one pair of streams and one lock,
 * held by the thread that reads; a second attempt would be a second connection object on a thread
 * of ours. What a connection may carry cannot be had from outside (an Authenticator's dialogue, the
 * cookies and caches that parsing fills, the streaming modes, a subclass's or a proxy's settings),
 * and the winner's socket, half read, cannot change its owner: its body would have to be copied
 * whole before the application sees its head. The calling thread would wait for two threads where
 * it now waits in the socket, so that an interrupt of a virtual thread and disconnect() would have
 * to be led on. That is a client of its own, not a hook.
 *
 * <p>The total timeout covers a body until it is read or closed. Of a response of 400 and more,
 * which the JDK hands over as an error, the hop ends with the head: hardly anybody reads that body,
 * and the call would count as under way until the connection is collected.
 */
package io.inboard.instrumentation.httpurlconnection;

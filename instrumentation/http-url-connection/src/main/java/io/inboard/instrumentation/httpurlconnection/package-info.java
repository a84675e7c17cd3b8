// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * {@code java.net.HttpURLConnection}, which Spring's RestTemplate uses by default, too.
 *
 * <p>A call is one <i>hop</i>: what the JDK sends to one URL. Where it follows a redirect or
 * answers an authentication challenge by itself, the next hop may go to another host; it is a call
 * of its own, with an endpoint, a span and retries of its own.
 *
 * <pre>
 *   plainConnect0      the hop begins: first attempt, or refusal
 *     KeepAliveCache.get / NetworkClient.doConnect     a connection to the attempt's endpoint
 *   writeRequests      the head (and a buffered body) goes out
 *     HttpClient.writeRequests                         the attempt's headers, once a physical send
 *   parseHTTP          the response head: hand on, send again, or refuse
 *   HttpInputStream    the body's end: the hop is done
 * </pre>
 *
 * A failure is reported where it shows, and everything up to there is done again when the core says
 * so ({@link io.inboard.instrumentation.httpurlconnection.Hop}).
 */
package io.inboard.instrumentation.httpurlconnection;

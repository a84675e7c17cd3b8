// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Apache HttpAsyncClient 4.1, which is built on the HttpClient of the package above: all that
 * HttpAsyncClientBuilder makes, and the minimal client.
 *
 * <pre>
 *   the library's exchange handler      a Director: prepares requests, redirects, answers challenges
 *     requestConnection                 an Exchange: the next Hop, one call of the mesh
 *       an InFlight                     an attempt: the exchange handler of its own connection
 *         a Line                        leased by the endpoint's route, secured, given back
 * </pre>
 *
 * <p>The library makes one exchange handler an execution. It asks for a connection, which begins
 * the exchange; after a redirect or a challenge it asks again. Here it gets none by itself: each
 * attempt leases one, is the handler that the I/O reactor's events go to, and passes on to the
 * library's handler those of the attempt that counts. So nothing that still comes of an attempt
 * that was given up reaches the application, and its handler sees one response a hop.
 *
 * <p>All happens on threads of the I/O reactor, none of which waits here. Where the mesh lets a
 * call wait, it goes on on a thread of ours, under the context class loader of its caller.
 *
 * <p>The pool keeps connections apart by route, so an endpoint has a route of its own, told by its
 * local address; no connection is made from that, see {@link
 * io.inboard.instrumentation.apachehttpclient4.async.EndpointRoutes}. TLS is below what the library
 * sees of a connection: of one with TLS it would keep it for the user that the session names.
 *
 * <p>Pipelining (HttpAsyncClients.createPipelining) and DefaultHttpAsyncClient, of the style of
 * 4.0, are left alone, and refused where plaintext must not go. Not hedged: the library prepares
 * one request at a time.
 */
package io.inboard.instrumentation.apachehttpclient4.async;

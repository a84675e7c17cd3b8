// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Undertow 2.2 and 2.3, with and without its servlets, embedded and in WildFly. Below HTTP, {@link
 * io.inboard.instrumentation.undertow.Arrival} tells mutual TLS from plaintext by a connection's
 * first bytes and shakes hands before Undertow sees the connection; from then on two conduits
 * ({@link io.inboard.instrumentation.undertow.TlsSource}, {@link
 * io.inboard.instrumentation.undertow.TlsSink}) stand between Undertow and the socket, so that
 * Undertow and the application see a plaintext connection. Above it, {@code
 * Connectors#executeRootHandler} is the one method that every request of every protocol enters. The
 * servlets may be in a class loader apart from the core: the two find each other by {@link
 * io.inboard.call.server.SharedKeys}.
 *
 * <p>Undertow's own TLS is not used: {@code SslConduit} before 2.2.34 loses bytes with TLS 1.3 (it
 * counts the last of several records that it wraps at once), and cuts files short where client
 * certificates are required; and a connection with it is https to the application.
 */
package io.inboard.instrumentation.undertow;

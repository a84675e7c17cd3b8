// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The JDK's own server, {@code com.sun.net.httpserver}. Below HTTP, {@link
 * io.inboard.instrumentation.jdkhttpserver.StreamAdvice} tells mutual TLS from plaintext between
 * the channel and the two streams of a connection; above it, {@link
 * io.inboard.instrumentation.jdkhttpserver.RequestAdvice} follows a request from the first step of
 * its filters to the event that its response was written. {@code HttpsServer} has other streams:
 * its requests are seen, its TLS is left alone.
 */
package io.inboard.instrumentation.jdkhttpserver;

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What is woven into Undertow's core, in the order in which a connection and its requests meet it.
 */
public final class UndertowHooks implements Library {
  /** As {@code status} and spans say it. */
  static final String NAME = "undertow";

  private static final String LISTENER = "io.undertow.server.protocol.http.HttpOpenListener";
  private static final String CONNECTION = "org.xnio.StreamConnection";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // By way of XNIO, which binds for others, too, and which the guard against unknown servers
        // looks through.
        .openingSockets("io.undertow.Undertow", "io.undertow.protocols.ssl.UndertowXnioSsl")
        // WildFly's own, of other modules than Undertow: each hands what it accepts to a listener
        // of Undertow's.
        .openingSockets(
            "org.wildfly.extension.undertow.HttpListenerService",
            "org.wildfly.extension.undertow.HttpsListenerService",
            "org.wildfly.extension.undertow.AjpListenerService",
            "org.jboss.as.domain.http.server.ManagementHttpServer")
        .relyingOn(UndertowMembers.HANDLES)

        // A connection is accepted; what is no TLS of the application's own waits for its first
        // bytes.
        .weave(
            LISTENER,
            method("handleEvent", CONNECTION, "io.undertow.connector.PooledByteBuffer"),
            OpenAdvice.Open.class)
        .otherwise(LISTENER, method("handleEvent", CONNECTION), OpenAdvice.OpenUnfit.class)
        .weave(LISTENER, method("closeConnections", 0), OpenAdvice.Close.class)

        // A request, of HTTP/1.1, HTTP/2 or AJP, on each thread that works for it.
        .weave(
            "io.undertow.server.Connectors",
            method("executeRootHandler", 2),
            RequestAdvice.Execute.class)
        .weave(
            "io.undertow.server.HttpServerExchange",
            method("startResponse", 0),
            RequestAdvice.Respond.class)
        .weave(
            "io.undertow.util.AbstractAttachable",
            method("putAttachment", 2),
            RequestAdvice.Trailers.class)
        .weave(
            "io.undertow.protocols.http2.Http2StreamSourceChannel",
            method("handleHeaderData", "io.undertow.server.protocol.framed.FrameHeaderData"),
            MergedTrailers.class)
        .build();
  }
}

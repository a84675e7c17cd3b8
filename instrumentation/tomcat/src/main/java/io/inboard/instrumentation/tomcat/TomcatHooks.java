// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** What is woven into Tomcat, in the order in which a connection and its requests meet it. */
public final class TomcatHooks implements Library {
  /** As {@code status} and spans say it. */
  static final String NAME = "tomcat";

  private static final String NIO_ENDPOINT = "org.apache.tomcat.util.net.NioEndpoint";
  private static final String ADAPTER = "org.apache.catalina.connector.CoyoteAdapter";
  private static final String PROTOCOL = "org.apache.coyote.AbstractProtocol";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .openingSockets(NIO_ENDPOINT, "org.apache.tomcat.util.net.Nio2Endpoint")
        // What MeshChannel touches.
        .relyingOn(
            "org.apache.tomcat.util.net.SecureNioChannel",
            field("netInBuffer"),
            field("netOutBuffer"),
            field("sslEngine"),
            field("sniComplete"),
            field("handshakeComplete"),
            field("handshakeStatus"),
            field("closed"))
        .relyingOn("org.apache.tomcat.util.net.NioChannel", field("sc"), field("socketWrapper"))
        .relyingOn(TomcatMembers.HANDLES)
        // What advice reads.
        .relyingOn("org.apache.coyote.AbstractProcessor", field("request"), field("response"))
        .relyingOn("org.apache.coyote.http2.Stream", field("coyoteRequest"))

        // A connector starts: one that we cannot secure must not serve a STRICT port.
        .weave(PROTOCOL, method("start"), StartAdvice.Start.class)
        .otherwise(PROTOCOL, method("start"), StartAdvice.StartUnfit.class)

        // A connection is accepted. Newer versions construct the channel in createChannel.
        .weave(
            NIO_ENDPOINT,
            method("setSocketOptions", "java.nio.channels.SocketChannel"),
            ConnectionAdvice.Accept.class)
        .weaveConstruction(
            NIO_ENDPOINT,
            method("setSocketOptions", "java.nio.channels.SocketChannel"),
            ConnectionAdvice.Create.class)
        .weaveConstruction(
            NIO_ENDPOINT, method("createChannel").whereItExists(), ConnectionAdvice.Create.class)
        .weave(NIO_ENDPOINT + "$Poller", method("register"), ConnectionAdvice.Register.class)

        // Bytes can be read, and go to a thread of the executor: from here a request waits.
        .weave(
            "org.apache.tomcat.util.net.AbstractEndpoint",
            method("processSocket"),
            QueueAdvice.Dispatch.class)

        // TLS agreed on h2.
        .weave(
            "org.apache.coyote.http11.AbstractHttp11Protocol",
            method("getNegotiatedProtocol"),
            Http2Advice.Negotiated.class)
        .weave("org.apache.coyote.http2.Stream", method("emitHeader"), Http2Advice.Header.class)
        .weave(
            "org.apache.coyote.http2.Stream", method("<init>", 3), QueueAdvice.StreamCreated.class)

        // A request, from its head to the moment when its objects are used again.
        .weave(ADAPTER, method("service"), RequestAdvice.Service.class)
        .weave(ADAPTER, method("asyncDispatch"), RequestAdvice.AsyncDispatch.class)
        .weave(
            "org.apache.coyote.http11.Http11Processor",
            method("prepareResponse"),
            RequestAdvice.Respond.class)
        .weave(
            "org.apache.coyote.http2.StreamProcessor",
            method("prepareResponse"),
            RequestAdvice.Respond.class)
        .weave(
            "org.apache.coyote.http2.Stream",
            method("sentEndOfStream"),
            RequestAdvice.EndOfStream.class)
        .weave(
            "org.apache.catalina.connector.Request",
            method("setAttribute"),
            RequestAdvice.Attribute.class)
        .weave(
            "org.apache.catalina.connector.Request",
            method("getTrailerFields"),
            RequestAdvice.Trailers.class)
        .weave(
            "org.apache.catalina.connector.Request", method("recycle"), RequestAdvice.Recycle.class)
        .weave("org.apache.coyote.Request", method("recycle"), RequestAdvice.RecycleBelow.class)
        .build();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static io.inboard.weave.Member.constructor;
import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.util.List;

/**
 * com.sun.net.httpserver. Its channels are blocking while a request is served, so TLS is a pump
 * between the channel and the two streams that read and write it; HttpsServer uses other streams
 * and is left alone by that. The request begins at the first step of the application's chain of
 * filters.
 */
public final class JdkHttpServerHooks implements Library {
  static final String NAME = "jdk-http-server";

  private static final String SERVER = JdkMembers.SERVER;

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .openingSockets(SERVER + "ServerImpl")
        .relyingOn(SERVER + "ServerImpl$Exchange$LinkHandler")
        .relyingOn("com.sun.net.httpserver.Filter$Chain", field("handler"), field("iter"))
        .relyingOn(JdkMembers.HANDLES)
        // What advice reads.
        .relyingOn(SERVER + "ServerImpl", field("https"), field("timer"))
        .relyingOn(SERVER + "ServerImpl$Dispatcher", field("this$0"))
        .relyingOn(SERVER + "Request$ReadStream", field("channel"))
        .relyingOn(SERVER + "Request$WriteStream", field("channel"))
        .relyingOn(SERVER + "ExchangeImpl", field("rspHdrs"))
        .relyingOn(
            SERVER + "ServerImpl$Exchange", field("chan"), field("connection"), field("this$0"))
        .opening("jdk.httpserver", "sun.net.httpserver", "com.sun.net.httpserver")
        // Below, or else not at all on a STRICT port. Not HttpsServer, which is another class.
        .otherwise(SERVER + "HttpServerImpl", method("start"), StartAdvice.StartUnfit.class)
        // Accepted. The first updates of JDK 17 put no timeout on what never sends a byte.
        .weave(
            SERVER + "ServerImpl",
            method("markNewlyAccepted").whereItExists(),
            AcceptAdvice.Accepted.class)
        // Bytes can be read, and go to a thread of the executor when they are enough for it.
        .weave(SERVER + "ServerImpl$Dispatcher", method("handle"), QueueAdvice.Dispatched.class)
        .weave(SERVER + "ServerImpl$Exchange", method("run"), QueueAdvice.Taken.class)
        .weave(SERVER + "ServerImpl$Dispatcher", method("handleEvent"), QueueAdvice.Told.class)
        // The connection: told by its first bytes, then read and written through TLS.
        .weave(
            SERVER + "Request$ReadStream",
            method("read", byte[].class, int.class, int.class),
            StreamAdvice.Read.class)
        .weave(SERVER + "Request$ReadStream", method("available"), StreamAdvice.Available.class)
        .weave(
            SERVER + "Request$WriteStream",
            method("write", byte[].class, int.class, int.class),
            StreamAdvice.Write.class)
        .weave(SERVER + "HttpConnection", method("close"), StreamAdvice.Close.class)
        // The request: from our filter to the event that the response was written, or the close.
        .weave("com.sun.net.httpserver.Filter$Chain", method("doFilter"), RequestAdvice.Chain.class)
        .weave(SERVER + "ExchangeImpl", method("sendResponseHeaders"), RequestAdvice.Respond.class)
        .weave(
            List.of(
                SERVER + "Event$ExchangeFinished",
                SERVER + "Event$WriteFinished",
                SERVER + "WriteFinishedEvent"),
            constructor(),
            RequestAdvice.Written.class)
        .weave(SERVER + "ExchangeImpl", method("close"), RequestAdvice.Closed.class)
        .weave(SERVER + "HttpConnection", method("close"), RequestAdvice.Disconnected.class)
        .build();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.lang.invoke.MethodHandles;

/**
 * AsyncHttpClient, which is built of Netty's codecs: what Netty's own hooks cannot see is that it
 * resolves names itself, and decides about TLS and a proxy of its own when a connection is open.
 */
public final class AsyncHttpClientHooks implements Library {
  static final String NAME = "async-http-client";

  private static final String P = "org.asynchttpclient.";
  private static final String LISTENER = P + "netty.channel.NettyConnectListener";
  private static final String FUTURE = P + "netty.NettyResponseFuture";
  private static final String SENDER = P + "netty.request.NettyRequestSender";
  private static final String URI = P + "uri.Uri";

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());
  static final Handles.Field OF_REQUEST = HANDLES.in(LISTENER).reach(field("future"));
  static final Handles.Method URI_OF = HANDLES.in(FUTURE).reach(method("getUri", 0));
  static final Handles.Method PROXY_OF = HANDLES.in(FUTURE).reach(method("getProxyServer", 0));
  static final Handles.Method IS_SECURED = HANDLES.in(URI).reach(method("isSecured", 0));
  static final Handles.Method HOST = HANDLES.in(URI).reach(method("getHost", 0));
  static final Handles.Method PORT = HANDLES.in(URI).reach(method("getExplicitPort", 0));
  static final Handles.Method ADDRESS_OF = HANDLES.in(P + "Request").reach(method("getAddress", 0));
  static final Handles.Method BOUND = HANDLES.in(SENDER).reach(method("scheduleRequestTimeout", 2));

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(HANDLES)
        .weave(SENDER, method("resolveAddresses", 4), AsyncHttpClientAdvice.Resolve.class)
        .weave(
            P + "netty.channel.NettyChannelConnector",
            method("connect0", 3),
            AsyncHttpClientAdvice.Connecting.class)
        .build();
  }
}

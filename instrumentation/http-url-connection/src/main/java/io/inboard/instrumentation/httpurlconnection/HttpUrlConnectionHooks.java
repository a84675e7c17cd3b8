// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * {@code java.net.HttpURLConnection} on JDK 17 and later, in the order in which a call meets the
 * hooks.
 */
public final class HttpUrlConnectionHooks implements Library {
  static final String NAME = "http-url-connection";

  private static final String CONNECTION = "sun.net.www.protocol.http.HttpURLConnection";
  private static final String SECURED =
      "sun.net.www.protocol.https.AbstractDelegateHttpsURLConnection";
  private static final String BODY = CONNECTION + "$HttpInputStream";
  private static final String STREAM = CONNECTION + "$StreamingOutputStream";
  private static final String CLIENT = "sun.net.www.http.HttpClient";
  private static final String POOL = "sun.net.www.http.KeepAliveCache";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // Also those that are left alone: of https, and of a proxy.
        .openingSockets("sun.net.NetworkClient")
        .relyingOn(JdkMembers.HANDLES)
        .relyingOn(CLIENT, field("kac"), method("setDoNotRetry", 1))
        .opening(
            "java.base", "sun.net", "sun.net.www", "sun.net.www.http", "sun.net.www.protocol.http")
        // The latter for ConnectionProbe, which does without if need be.
        .opening("java.base", "java.net", "sun.nio.ch")
        .weave(CONNECTION, method("plainConnect0", 0), HopAdvice.Begin.class)
        .weave(POOL, method("get", 2), ConnectionAdvice.Lease.class)
        .weave("sun.net.NetworkClient", method("createSocket", 0), ConnectionAdvice.Create.class)
        .weave("sun.net.NetworkClient", method("doConnect", 2), ConnectionAdvice.Connect.class)
        .weave(SECURED, method("connect", 0), HopAdvice.SecuredConnect.class)
        .weave(CONNECTION, method("writeRequests", 0), HopAdvice.Write.class)
        .weave(CLIENT, method("writeRequests", 2), ConnectionAdvice.Head.class)
        .weave(STREAM, method("write", int.class), HopAdvice.ByteWrite.class)
        .weave(STREAM, method("write", 3), HopAdvice.BytesWrite.class)
        // Three parameters on 17, two since 21.
        .weave(CLIENT, method("parseHTTP"), HopAdvice.Read.class)
        .weave(CONNECTION, method("getInputStream0", 0), HopAdvice.Answer.class)
        .weave(BODY, method("read", 3), HopAdvice.BodyRead.class)
        .weave(BODY, method("reset", 0), HopAdvice.BodyReset.class)
        .weave(BODY, method("close", 0), HopAdvice.BodyClose.class)
        .weave(POOL, method("put", 3), ConnectionAdvice.Return.class)
        .weave(CONNECTION, method("disconnect", 0), HopAdvice.Disconnect.class)
        .weave(CLIENT, method("closeIdleConnection", 0), ConnectionAdvice.CloseIdle.class)
        .build();
  }
}

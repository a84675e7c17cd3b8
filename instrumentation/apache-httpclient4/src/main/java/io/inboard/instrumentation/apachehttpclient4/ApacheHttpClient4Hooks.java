// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.util.List;

/** Apache HttpClient 4.3 to 4.5, in the order in which a call meets the hooks. */
public final class ApacheHttpClient4Hooks implements Library {
  static final String NAME = "apache-httpclient4";

  private static final String HTTP = "org.apache.http.";
  private static final String EXEC = HTTP + "impl.execchain.";
  private static final String UNAVAILABLE = EXEC + "ServiceUnavailableRetryExec";
  private static final String DIRECTOR = HTTP + "impl.client.DefaultRequestDirector";
  private static final String HOLDER = EXEC + "ConnectionHolder";
  private static final String CONFIG =
      HTTP + "impl.conn.PoolingHttpClientConnectionManager$ConfigData";
  private static final String CONNECTION = HTTP + "impl.DefaultBHttpClientConnection";

  /** Since 4.4, and in 4.3. */
  private static final List<String> OPERATOR =
      List.of(
          HTTP + "impl.conn.DefaultHttpClientConnectionOperator",
          HTTP + "impl.conn.HttpClientConnectionOperator");

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .openingSockets(
            HTTP + "conn.socket.PlainConnectionSocketFactory",
            HTTP + "conn.ssl.SSLConnectionSocketFactory",
            HTTP + "conn.ssl.SSLConnectionSocketFactory$1")
        .relyingOn(Members.HANDLES)
        // For ConnectionProbe, which does without if need be.
        .opening("java.base", "java.net", "sun.nio.ch")
        // What the library repeats by itself; and a hop, below cookies.
        .weave(UNAVAILABLE, method("execute", 4), ClientAdvice.RetryAnswer.class)
        .weave(EXEC + "RetryExec", method("execute", 4), ClientAdvice.RetryError.class)
        .weave(EXEC + "MainClientExec", method("execute", 4), ClientAdvice.Hop.class)
        .weave(EXEC + "MinimalClientExec", method("execute", 4), ClientAdvice.Hop.class)
        // Inside an attempt.
        .weave(HTTP + "pool.AbstractConnPool", method("getMax", 1), ClientAdvice.Max.class)
        .weave(CONFIG, method("getSocketConfig", 1), ClientAdvice.Config.class)
        .weave(CONFIG, method("getConnectionConfig", 1), ClientAdvice.Config.class)
        .weave(OPERATOR, method("connect", 6), ClientAdvice.Connect.class)
        .weave(CONNECTION, method("sendRequestHeader", 1), ClientAdvice.SendHead.class)
        .weave(CONNECTION, method("sendRequestEntity", 1), ClientAdvice.SendEntity.class)
        // Its connection serves others from here on, or nobody.
        .weave(HOLDER, method("releaseConnection", 0), ClientAdvice.Release.class)
        .weave(HOLDER, method("releaseConnection", 1).whereItExists(), ClientAdvice.Release.class)
        .weave(HOLDER, method("abortConnection", 0), ClientAdvice.Release.class)
        // What an application sends past the client, through a proxy.
        .weave(
            HTTP + "impl.client.ProxyClient",
            method("tunnel", 3).whereItExists(),
            ClientAdvice.Tunnel.class)
        // What no hook directs, through a proxy; that is so where these do not fit, too.
        .weave(DIRECTOR, method("tryConnect", 2).whereItExists(), ClientAdvice.Legacy.class)
        .otherwise(DIRECTOR, method("tryConnect", 2).whereItExists(), ClientAdvice.Legacy.class)
        .build();
  }
}

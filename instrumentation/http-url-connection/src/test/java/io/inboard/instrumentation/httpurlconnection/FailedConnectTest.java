// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.ScriptedCall;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An application's own https whose connect fails: the call ends there, with that error, whichever
 * method the application called; it may never call another.
 */
final class FailedConnectTest extends ClientHarness {
  /** What an application calls first, each of which connects. */
  enum First {
    CONNECT,
    OUTPUT,
    STREAMED_OUTPUT,
    INPUT,
    STATUS;

    void call(HttpURLConnection connection) throws IOException {
      switch (this) {
        case CONNECT -> connection.connect();
        case OUTPUT -> {
          connection.setDoOutput(true);
          connection.getOutputStream();
        }
        case STREAMED_OUTPUT -> {
          connection.setDoOutput(true);
          connection.setChunkedStreamingMode(0);
          connection.getOutputStream();
        }
        case INPUT -> connection.getInputStream();
        case STATUS -> connection.getResponseCode();
      }
    }
  }

  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the class itself");
  }

  @ParameterizedTest
  @EnumSource
  void aHandshakeThatFailsIsReportedOnceAndEndsTheCall(First first) throws Exception {
    Throwable error = refused(first, open(plainServer().address(), Proxy.NO_PROXY));
    assertThat(error).isInstanceOf(SSLException.class);
    ended(error);
  }

  @ParameterizedTest
  @EnumSource
  void soIsATunnelThatAProxyRefuses(First first) throws Exception {
    // The server answers, but not as a proxy does that opens a tunnel.
    Proxy proxy = new Proxy(Proxy.Type.HTTP, refusingTunnels());
    ended(refused(first, open(plainServer().address(), proxy)));
  }

  @ParameterizedTest
  @EnumSource
  void soIsAnAddressThatRefusesConnections(First first) throws Exception {
    ended(refused(first, open(refusing(), Proxy.NO_PROXY)));
  }

  @Test
  void anApplicationThatGoesOnMakesAnotherCall() throws Exception {
    HttpURLConnection connection = open(plainServer().address(), Proxy.NO_PROXY);
    refused(First.OUTPUT, connection);
    refused(First.STATUS, connection);
    assertThat(mesh.calls())
        .hasSize(2)
        .allMatch(call -> call.doneCount() == 1 && call.failures().size() == 1);
  }

  private InetSocketAddress refusingTunnels() throws IOException {
    return plainServer().answering(Answer.status(502)).address();
  }

  private static Throwable refused(First first, HttpURLConnection connection) {
    Throwable error = catchThrowable(() -> first.call(connection));
    assertThat(error).isInstanceOf(IOException.class);
    return error;
  }

  /** At once, not when the connection is collected. */
  private void ended(Throwable error) {
    ScriptedCall call = mesh.call();
    assertThat(call.progress()).containsExactly(Progress.NOT_SENT);
    assertThat(call.failures().get(0).error()).hasMessage(error.getMessage());
    assertThat(call.doneCount()).isEqualTo(1);
  }

  private static HttpURLConnection open(InetSocketAddress address, Proxy proxy) throws IOException {
    return (HttpURLConnection)
        URI.create("https://127.0.0.1:" + address.getPort() + "/").toURL().openConnection(proxy);
  }
}

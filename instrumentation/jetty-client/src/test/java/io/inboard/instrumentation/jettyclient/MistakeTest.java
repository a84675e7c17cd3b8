// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.call.TlsPlan;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedOutbound;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import io.inboard.contract.WovenJvm;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class MistakeTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.send(request);
  }

  /** A core that begins calls like this, and encrypts what goes to one host. */
  private static void serve(String encrypted, Outbound begins) {
    Outbound core =
        new Outbound() {
          @Override
          public Call begin(OutboundRequest request) {
            return begins.begin(request);
          }

          @Override
          public boolean mustEncrypt(String host, int port) {
            return host.equals(encrypted);
          }
        };
    Inboard.serve(new Inboard.Core(core, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
  }

  private static void serveBroken(String encrypted) {
    serve(
        encrypted,
        request -> {
          throw new IllegalStateException("on purpose");
        });
  }

  private static Request request(TestServer server) {
    return Request.put("http://127.0.0.1:" + server.port() + "/", "body");
  }

  @Test
  void aCallThatWasToBeEncryptedIsRefused() throws Exception {
    TestServer server = plainServer();
    serveBroken("127.0.0.1");
    assertThatThrownBy(() -> send(request(server))).isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void anyOtherCallGoesOn() throws Exception {
    TestServer server = plainServer();
    serveBroken("elsewhere");
    assertThat(send(request(server)).status()).isEqualTo(200);
    assertThat(server.received()).singleElement().matches(r -> r.text().equals("body"));
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void aCallThatBeganWellIsNotSentInTheClearEither() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    script.script(Script.to(new Broken(plain(server))));
    serve("127.0.0.1", script::begin);
    assertThatThrownBy(() -> send(request(server))).isInstanceOf(SSLException.class);
    assertThat(server.received()).isEmpty();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void aCallThatBeganWellIsSentAsWithoutUsWhereItMay() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    script.script(Script.to(new Broken(plain(server))));
    serve("elsewhere", script::begin);
    assertThat(send(request(server)).status()).isEqualTo(200);
    assertThat(server.received())
        .singleElement()
        .matches(r -> r.text().equals("body") && r.header("traceparent").isEmpty());
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void whatWasSentIsNotSentOnceMore() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    script.script(Script.to(plain(server)));
    serve("elsewhere", request -> new FailsAfterwards(script.begin(request)));
    assertThat(send(request(server)).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
  }

  /** An application may open connections by itself, and send over them. */
  @Test
  void aConnectionOfTheApplicationsIsNotOpenedInTheClear() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    serve("127.0.0.1", script::begin);
    NewApplication application = (NewApplication) Application.HERE;
    Destination destination =
        application.client().resolveDestination(application.request(request(server)));
    CompletableFuture<Connection> refused = destination.newConnection();
    assertThat(refused)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingRootCause()
        .isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    serve("elsewhere", script::begin);
    try (Connection open =
        destination.newConnection().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      assertThat(open.isClosed()).isFalse();
    }
  }

  /** Once there is a response. */
  private record FailsAfterwards(Call call) implements Call {
    @Override
    public Step first() {
      return call.first();
    }

    @Override
    public Step responded(Attempt attempt, int status, HeaderView headers) {
      return call.responded(attempt, status, headers);
    }

    @Override
    public Step failed(Attempt attempt, Throwable error, Progress progress) {
      return call.failed(attempt, error, progress);
    }

    @Override
    public int bodyWanted() {
      throw new IllegalStateException("on purpose");
    }

    @Override
    public void abandoned() {
      call.abandoned();
    }

    @Override
    public void done() {
      call.done();
    }
  }

  /** Nobody knows how to secure it. */
  private record Broken(TestEndpoint endpoint) implements Endpoint {
    @Override
    public InetSocketAddress address() {
      return endpoint.address();
    }

    @Override
    public Object poolKey() {
      return endpoint.poolKey();
    }

    @Override
    public Optional<TlsPlan> tls() {
      throw new IllegalStateException("on purpose");
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.GrpcStatus;
import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundRequest;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who passes the gate of a server, who is served, refused, closed: without any server. */
final class GateTest {
  private static final Contexts.Scope SERVED = () -> {};

  private final List<String> told = new ArrayList<>();
  private final Exchange exchange = new Exchange();
  private final Mesh mesh = new Mesh();

  @BeforeEach
  void serve() {
    Inboard.serve(new Inboard.Core(Outbound.PASS, mesh, mesh, mesh));
  }

  @AfterEach
  void stop() {
    Inboard.serve(
        new Inboard.Core(Outbound.PASS, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
  }

  @Test
  void whatTheMeshLeavesAlonePassesUnseen() {
    mesh.disabled = true;
    assertThat(Gate.enter(exchange)).isNull();
    assertThat(told).isEmpty();
    mesh.disabled = false;
    mesh.untouched = true;
    assertThat(Gate.enter(exchange)).isNull();
    assertThat(told).containsExactly("begin");
    assertThat(exchange.headers).containsKey(Inbound.FORWARDED_CLIENT_CERT);
  }

  @Test
  void whatPassesUnseenLosesItsClaimsWhereTheMeshGuardsThem() {
    mesh.guards = true;
    mesh.disabled = true;
    assertThat(Gate.enter(exchange)).isNull();
    assertThat(exchange.headers).containsOnlyKeys("x-mine");
  }

  @Test
  void trailersLoseThemToo() {
    Map<String, String> trailers = Map.of("X-Forwarded-Client-Cert", "forged", "x-mine", "kept");
    assertThat(Claims.without(trailers)).isSameAs(trailers);
    mesh.guards = true;
    assertThat(Claims.without(trailers)).isEqualTo(Map.of("x-mine", "kept"));
    assertThat(Claims.without(null)).isNull();
  }

  @Test
  void whatIsServedHasItsRouteItsHeadersAndAScope() {
    assertThat(Gate.enter(exchange)).isSameAs(SERVED);
    assertThat(told).containsExactly("begin", "route /orders", "serving", "writeHeaders");
    assertThat(exchange.headers).containsEntry("x-told", "by the mesh");
  }

  @Test
  void whatIsDeniedIsAnsweredAndEndsHere() {
    mesh.verdict = new Verdict.Deny(429, "too many");
    assertThat(Gate.enter(exchange)).isEqualTo(Optional.empty());
    assertThat(told)
        .containsExactly("begin", "route /orders", "respond 429", "answer 429", "end 429");
  }

  @Test
  void aCallOfGrpcIsRefusedInTheHeadOfAGoodAnswer() {
    exchange.grpc = true;
    mesh.verdict = new Verdict.Deny(403, "authorization: rule 3");
    assertThat(Gate.enter(exchange)).isEqualTo(Optional.empty());
    assertThat(told)
        .containsExactly(
            "begin", "route /orders", "respond 403", "answer 200", "grpc 7", "end 200");
    assertThat(exchange.responseHeaders)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "content-type",
                "application/grpc",
                "grpc-status",
                "7",
                "grpc-message",
                "access denied"));
    mesh.verdict = new Verdict.Deny(503, GrpcStatus.DEADLINE_EXCEEDED, "shed");
    Gate.enter(exchange);
    assertThat(exchange.responseHeaders).containsEntry("grpc-status", "4");
  }

  @Test
  void aCallOfGrpcInPlaintextIsToldWhyInItsOwnWords() {
    exchange.grpc = true;
    mesh.mode = InboundTls.Mode.STRICT;
    Gate.enter(exchange);
    assertThat(told).containsExactly("refused PLAINTEXT", "answer 200, close");
    assertThat(exchange.responseHeaders).containsEntry("grpc-status", "13");
    assertThat(exchange.responseHeaders.get("grpc-message"))
        .startsWith("This port accepts mutual TLS only")
        .doesNotContain("\n");
  }

  @Test
  void whatIsRefusedStaysRefusedWhenTheMeshFailsAroundTheAnswer() {
    mesh.verdict = new Verdict.Deny(503, "shed");
    mesh.breaksAroundAnswers = new IllegalStateException("ours");
    assertThat(Gate.enter(exchange)).isEqualTo(Optional.empty());
    assertThat(told).containsExactly("begin", "route /orders", "answer 503");
  }

  @Test
  void whereTheAnswerFailsTheConnectionIsClosedAndTheApplicationNotAsked() {
    mesh.verdict = new Verdict.Deny(403, "no");
    exchange.gone = new EOFException("gone");
    assertThat(Gate.enter(exchange)).isEqualTo(Optional.of(exchange.gone));
    assertThat(told).endsWith("end 403");
  }

  @Test
  void whatHasWaitedForItsThreadIsServedOrRefusedByThenWithoutAnotherBegin() {
    assertThat(Gate.waited(exchange, mesh, 7)).isSameAs(SERVED);
    assertThat(told).containsExactly("waited 7");
    told.clear();
    mesh.verdict = new Verdict.Deny(503, "late");
    assertThat(Gate.waited(exchange, mesh, 8)).isEqualTo(Optional.empty());
    assertThat(told).containsExactly("waited 8", "respond 503", "answer 503", "end 503");
  }

  @Test
  void plaintextOnAStrictPortIsToldWhyAlsoWhileTheMeshIsSwitchedOff() {
    mesh.disabled = true;
    mesh.mode = InboundTls.Mode.STRICT;
    assertThat(Gate.enter(exchange)).isEqualTo(Optional.empty());
    assertThat(told).containsExactly("refused PLAINTEXT", "answer 400 mutual TLS, close");
  }

  @Test
  void aPeerIsNotToldToComeWithTlsWhereNoListenerWouldAnswerThat() {
    mesh.mode = InboundTls.Mode.STRICT;
    exchange.securable = false;
    assertThat(Gate.enter(exchange)).isEqualTo(Optional.empty());
    assertThat(told).hasSize(2).first().isEqualTo("refused UNSECURED_LISTENER");
    assertThat(told.get(1)).startsWith("answer 503").doesNotContain("begin with a TLS");
  }

  @Test
  void aPeerWhoseCertificateHasExpiredSinceIsRefused() {
    mesh.mode = InboundTls.Mode.STRICT;
    exchange.mutual = true;
    assertThat(Gate.enter(exchange)).isEqualTo(Optional.empty());
    assertThat(told).containsExactly("refused EXPIRED", "answer 403, close");
  }

  @Test
  void aPeerWhoseRootWasRemovedSinceIsToldApart() {
    mesh.mode = InboundTls.Mode.STRICT;
    exchange.mutual = true;
    exchange.lapsed = Refusal.NO_LONGER_TRUSTED;
    assertThat(Gate.enter(exchange)).isEqualTo(Optional.empty());
    assertThat(told).containsExactly("refused NO_LONGER_TRUSTED", "answer 403, close");
  }

  @Test
  void aStrictPortServesWhoProvedWhoItIsAndTlsOfTheApplicationsOwn() throws Exception {
    mesh.mode = InboundTls.Mode.STRICT;
    exchange.mutual = true;
    exchange.peer = Optional.of(somebody());
    assertThat(Gate.enter(exchange)).isSameAs(SERVED);
    exchange.mutual = false;
    exchange.peer = Optional.empty();
    exchange.ownTls = true;
    assertThat(Gate.enter(exchange)).isSameAs(SERVED);
  }

  @Test
  void aUnixDomainSocketIsNoPort() {
    mesh.mode = InboundTls.Mode.STRICT;
    exchange.port = -1;
    assertThat(Gate.enter(exchange)).isSameAs(SERVED);
  }

  @Test
  void anErrorOfOursPassesWithoutClaimsWhereNothingIsGuaranteed() {
    mesh.guards = true;
    assertThat(Gate.failed(exchange)).isNull();
    assertThat(exchange.headers).containsOnlyKeys("x-mine");
    assertThat(told).isEmpty();
  }

  @Test
  void anErrorOfOursIsARefusalWhereSomethingIs() {
    mesh.failsClosed = true;
    assertThat(Gate.failed(exchange)).isEqualTo(Optional.empty());
    mesh.failsClosed = false;
    mesh.mode = InboundTls.Mode.STRICT;
    assertThat(Gate.failed(exchange)).isEqualTo(Optional.empty());
    assertThat(told).containsExactly("answer 503", "answer 503");
    exchange.ownTls = true;
    assertThat(Gate.failed(exchange)).isNull();
  }

  @Test
  void anErrorOfOursIsARefusalWhereEvenThatCannotBeFoundOut() {
    mesh.guards = true;
    exchange.stuck = new LinkageError("no such field");
    assertThat(Gate.failed(exchange)).isEqualTo(Optional.empty());
    mesh.breaks = new IllegalStateException("no settings");
    assertThat(Gate.failed(exchange)).isEqualTo(Optional.empty());
    exchange.gone = new NoClassDefFoundError("nor an answer");
    assertThat(Gate.failed(exchange)).isEqualTo(Optional.of(exchange.gone));
    assertThat(told).containsExactly("answer 503", "answer 503", "answer 503");
  }

  @Test
  void aResponseKeepsWhatTheApplicationHasSet() {
    Map<String, String> headers = new TreeMap<>(Map.of("a", "mine"));
    HeaderSink response = new ResponseHeaders(headers::containsKey, headers::put);
    response.set("a", "ours");
    response.set("b", "ours");
    response.remove("a");
    assertThat(headers).isEqualTo(Map.of("a", "mine", "b", "ours"));
  }

  /** An identity with some certificate: one of the authorities that this JVM trusts. */
  static PeerIdentity somebody() throws Exception {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    X509Certificate any =
        ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers()[0];
    return new PeerIdentity("spiffe://cluster.local/ns/shop/sa/web", any);
  }

  private final class Exchange implements ServerExchange {
    private final Map<String, String> headers =
        new TreeMap<>(Map.of(Inbound.FORWARDED_CLIENT_CERT, "forged", "x-mine", "kept"));
    private int port = 8080;
    private final Map<String, String> responseHeaders = new TreeMap<>();
    private boolean grpc;
    private boolean mutual;
    private boolean ownTls;
    private boolean securable = true;
    private Optional<PeerIdentity> peer = Optional.empty();
    private Refusal lapsed = Refusal.EXPIRED;
    private Throwable gone;
    private LinkageError stuck;

    @Override
    public boolean isMutualTls() {
      return mutual;
    }

    @Override
    public boolean isSecurable() {
      return securable;
    }

    @Override
    public Refusal lapsed() {
      return lapsed;
    }

    @Override
    public String route() {
      return "/orders";
    }

    @Override
    public void correctHeaders(Consumer<HeaderSink> correction) {
      if (stuck != null) {
        throw stuck;
      }
      correction.accept(
          new HeaderSink() {
            @Override
            public void set(String name, String value) {
              headers.put(name, value);
            }

            @Override
            public void remove(String name) {
              headers.remove(name);
            }
          });
    }

    @Override
    public HeaderSink responseHeaders() {
      return new ResponseHeaders(name -> false, responseHeaders::put);
    }

    @Override
    public void serving(InboundCall call) {
      told.add("serving");
    }

    @Override
    public void answer(Answer answer) throws IOException {
      told.add(
          "answer "
              + answer.status()
              + (answer.text().contains("mutual TLS") ? " mutual TLS" : answer.text())
              + (answer.close() ? ", close" : ""));
      if (gone instanceof IOException e) {
        throw e;
      }
      if (gone instanceof LinkageError e) {
        throw e;
      }
    }

    @Override
    public String library() {
      return "test";
    }

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String protocolVersion() {
      return grpc ? "2" : "1.1";
    }

    @Override
    public String path() {
      return "/orders/7";
    }

    @Override
    public String query() {
      return "";
    }

    @Override
    public InetSocketAddress local() {
      throw new AssertionError("the port is enough");
    }

    @Override
    public int localPort() {
      return port;
    }

    @Override
    public InetSocketAddress remote() {
      return new InetSocketAddress("10.0.0.7", 4711);
    }

    @Override
    public boolean hasOwnTls() {
      return ownTls;
    }

    @Override
    public Optional<PeerIdentity> peer() {
      return peer;
    }

    @Override
    public List<String> headers(String name) {
      if (grpc && name.equals("content-type")) {
        return List.of("application/grpc+proto");
      }
      return headers.containsKey(name) ? List.of(headers.get(name)) : List.of();
    }
  }

  /** What the mesh decides, and what it hears. */
  private final class Mesh implements Inbound, InboundTls, Contexts, InboundCall {
    private InboundTls.Mode mode = InboundTls.Mode.PERMISSIVE;
    private Verdict verdict = Verdict.ALLOW;
    private boolean disabled;
    private boolean untouched;
    private boolean guards;
    private boolean failsClosed;
    private RuntimeException breaks;
    private RuntimeException breaksAroundAnswers;

    @Override
    public boolean disabled() {
      return disabled;
    }

    @Override
    public boolean guardsIdentity() {
      return guards;
    }

    @Override
    public InboundCall begin(InboundRequest request) {
      assertThat(request).isSameAs(exchange);
      told.add("begin");
      return untouched ? InboundCall.UNTOUCHED : this;
    }

    @Override
    public boolean failsClosed(int localPort) {
      if (breaks != null) {
        throw breaks;
      }
      return failsClosed;
    }

    @Override
    public InboundTls.Mode mode(int localPort) {
      assertThat(localPort).isPositive();
      return mode;
    }

    @Override
    public SSLEngine engine(List<String> preferred, List<String> possible) {
      throw new AssertionError("no connection is made here");
    }

    @Override
    public Optional<PeerIdentity> peer(SSLSession session) {
      throw new AssertionError("the exchange knows its peer");
    }

    @Override
    public int handshakeMillis() {
      return 10_000;
    }

    @Override
    public void refused(int localPort, InetSocketAddress remote, Refusal why) {
      told.add("refused " + why);
    }

    @Override
    public Context current() {
      return Context.NONE;
    }

    @Override
    public Scope activate(Context context) {
      return SERVED;
    }

    @Override
    public Verdict verdict() {
      return verdict;
    }

    @Override
    public Verdict waited(InboundRequest request, long nanos) {
      assertThat(request).isSameAs(exchange);
      told.add("waited " + nanos);
      return verdict;
    }

    @Override
    public void writeHeaders(HeaderSink request) {
      told.add("writeHeaders");
      request.set("x-told", "by the mesh");
    }

    @Override
    public Context context() {
      return Context.NONE;
    }

    @Override
    public void respond(int status, HeaderSink response) {
      breakAroundAnswers();
      told.add("respond " + status);
    }

    @Override
    public void route(String template) {
      told.add("route " + template);
    }

    @Override
    public void grpcStatus(int code) {
      told.add("grpc " + code);
    }

    @Override
    public void end(int status, Throwable error) {
      assertThat(error).isNull();
      breakAroundAnswers();
      told.add("end " + status);
    }

    private void breakAroundAnswers() {
      if (breaksAroundAnswers != null) {
        throw breaksAroundAnswers;
      }
    }
  }
}

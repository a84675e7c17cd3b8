// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.inboard.call.CallerTerms;
import io.inboard.call.Inboard;
import io.inboard.contract.Feature;
import io.inboard.contract.Shows;
import io.inboard.contract.ShowsLibrary;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What calls of gRPC get of the mesh, whatever transport carries them. */
@Timeout(60)
abstract class GrpcContract extends GrpcHarness implements ShowsLibrary {
  private static final String MUTUAL =
      "tls: {mode: MUTUAL, principals: [\"cluster.local/ns/shop/sa/orders\"]}";

  @Override
  public final String kind() {
    return "client";
  }

  @Test
  @Shows({Feature.MUTUAL_TLS, Feature.HTTP2, Feature.TRACING})
  void aCallGetsMutualTlsThatNobodyConfigured() throws Exception {
    GrpcServer server = server();
    mesh(identity() + "inbound: {mtls: STRICT}\n" + destination(MUTUAL, server.address()));
    ManagedChannel channel = channel();
    for (int i = 0; i < 3; i++) {
      assertThat(GrpcServer.call(channel, "hello " + i)).isEqualTo("hello " + i);
    }
    assertThat(server.received())
        .hasSize(3)
        .allSatisfy(
            headers -> {
              assertThat(GrpcServer.header(headers, "x-forwarded-client-cert")).contains(ID);
              assertThat(GrpcServer.header(headers, "traceparent")).hasSize(55);
              assertThat(GrpcServer.header(headers, "x-envoy-attempt-count")).isEqualTo("1");
            });
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aServerWithAnotherPrincipalIsRefused() throws Exception {
    GrpcServer server = server();
    mesh(identity() + destination(MUTUAL.replace("sa/orders", "sa/others"), server.address()));
    ManagedChannel channel = channel();
    assertThatThrownBy(() -> GrpcServer.call(channel, "hello"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasRootCauseInstanceOf(io.inboard.call.PeerRefusedException.class);
    assertThat(server.received()).isEmpty();
  }

  @Test
  @Shows(Feature.BALANCING)
  void callsAreSpreadOverTheEndpoints() throws Exception {
    GrpcServer one = server();
    GrpcServer two = server();
    GrpcServer three = server();
    mesh(
        destination(
            "loadBalancer: {simple: ROUND_ROBIN}", one.address(), two.address(), three.address()));
    ManagedChannel channel = channel();
    for (int i = 0; i < 90; i++) {
      GrpcServer.call(channel, "hello");
    }
    for (GrpcServer server : new GrpcServer[] {one, two, three}) {
      assertThat(server.received()).hasSizeBetween(27, 33);
    }
  }

  @Test
  @Shows(Feature.RETRIES)
  void anInstanceThatIsGoneCostsNoCall() throws Exception {
    GrpcServer healthy = server();
    mesh(destination("", refusing(), healthy.address()));
    ManagedChannel channel = channel();
    for (int i = 0; i < 20; i++) {
      assertThat(GrpcServer.call(channel, "hello")).isEqualTo("hello");
    }
    assertThat(healthy.received()).hasSize(20);
  }

  @Test
  void aPaymentThatIsAnsweredWithAnErrorIsNeverSentTwice() throws Exception {
    GrpcServer one = server().failing(m -> Status.UNAVAILABLE);
    GrpcServer two = server().failing(m -> Status.UNAVAILABLE);
    mesh(destination("retries: {retryOn: \"5xx,503\"}", one.address(), two.address()));
    ManagedChannel channel = channel();
    assertThatThrownBy(() -> GrpcServer.call(channel, "pay"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    assertThat(one.messages().size() + two.messages().size()).isEqualTo(1);
  }

  @Test
  @Shows(Feature.RETRIES)
  void whatTheApplicationCallsIdempotentIsSentAgainWhereTheSettingsNameIt() throws Exception {
    GrpcServer broken = server().failing(m -> Status.UNAVAILABLE);
    GrpcServer well = server();
    mesh(
        destination(
            "retries: {retryOn: \"unavailable\", trustIdempotencyKey: true}\n"
                + "    loadBalancer: {simple: ROUND_ROBIN}",
            broken.address(),
            well.address()));
    Metadata key = new Metadata();
    key.put(Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER), "k-1");
    Channel keyed =
        ClientInterceptors.intercept(channel(), MetadataUtils.newAttachHeadersInterceptor(key));
    for (int i = 0; i < 4; i++) {
      assertThat(GrpcServer.call(keyed, "pay " + i)).isEqualTo("pay " + i);
    }
    assertThat(broken.messages()).isNotEmpty();
  }

  /** As Envoy counts them: by the status of HTTP that stands for the one of gRPC. */
  @ParameterizedTest
  @EnumSource(names = {"UNAVAILABLE", "INTERNAL"})
  @Shows(Feature.BREAKER)
  void anInstanceThatFailsIsEjectedAndStreamsGoOn(Status.Code code) throws Exception {
    GrpcServer broken = server().failing(m -> m.startsWith("call") ? Status.fromCode(code) : null);
    GrpcServer two = server();
    GrpcServer three = server();
    mesh(
        destination(
            "loadBalancer: {simple: ROUND_ROBIN}\n"
                + "    outlierDetection: {consecutive5xxErrors: 5}",
            broken.address(),
            two.address(),
            three.address()));
    ManagedChannel channel = channel();
    List<Answers> answers = List.of(new Answers(), new Answers(), new Answers());
    List<StreamObserver<String>> streams = new ArrayList<>();
    for (Answers each : answers) {
      StreamObserver<String> to =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(GrpcServer.BIDI, CallOptions.DEFAULT), each);
      streams.add(to);
      to.onNext("hello");
      assertThat(each.next()).isEqualTo("hello");
    }
    int failed = 0;
    for (int i = 0; i < 60; i++) {
      try {
        GrpcServer.call(channel, "call " + i);
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(code);
        failed++;
      }
    }
    assertThat(failed).isEqualTo(5);
    assertThat(broken.messages()).filteredOn(m -> m.startsWith("call")).hasSize(5);
    for (int i = 0; i < streams.size(); i++) {
      streams.get(i).onNext("still there");
      assertThat(answers.get(i).next()).isEqualTo("still there");
      streams.get(i).onCompleted();
      assertThat(answers.get(i).next()).isEqualTo(Answers.END);
    }
  }

  /** gRPC's own GOAWAY: those under way end, those that come go elsewhere. */
  @Test
  @Shows(Feature.ASYNC)
  void aServerThatShutsDownInOrderCostsNoCall() throws Exception {
    GrpcServer leaving = server();
    GrpcServer staying = server();
    mesh(
        identity()
            + "inbound: {mtls: STRICT}\n"
            + destination(
                MUTUAL + "\n    loadBalancer: {simple: ROUND_ROBIN}",
                leaving.address(),
                staying.address()));
    ManagedChannel channel = channel();
    List<ListenableFuture<String>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      calls.add(
          ClientCalls.futureUnaryCall(
              channel.newCall(GrpcServer.UNARY, CallOptions.DEFAULT), "call " + i));
      if (i == 100) {
        leaving.shutdown();
      }
      if (i % 10 == 0) {
        calls.get(i).get(30, TimeUnit.SECONDS);
      }
    }
    for (int i = 0; i < calls.size(); i++) {
      assertThat(calls.get(i).get(30, TimeUnit.SECONDS)).isEqualTo("call " + i);
    }
    assertThat(leaving.messages()).isNotEmpty();
  }

  @Test
  @Shows(Feature.TIMEOUTS)
  void theServerIsToldTheShorterOfTheApplicationsTimeAndTheMeshs() throws Exception {
    GrpcServer server = server();
    mesh(destination("timeout: 9s", server.address()));
    ManagedChannel channel = channel();
    for (long seconds : new long[] {5, 60}) {
      ClientCalls.blockingUnaryCall(
          channel,
          GrpcServer.UNARY,
          CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS),
          "hello");
    }
    GrpcServer.call(channel, "hello");
    List<Long> told = server.received().stream().map(GrpcServer::timeoutMillis).toList();
    assertThat(told.get(0)).isBetween(1L, 5_000L);
    assertThat(told.get(1)).isBetween(5_001L, 9_000L);
    assertThat(told.get(2)).isBetween(5_001L, 9_000L);
  }

  /** Among it the time that the caller still waits, which bounds the calls that it makes. */
  @Test
  void theRequestsContextIsThereWhereTheApplicationServesIt() throws Exception {
    AtomicReference<CallerTerms> terms = new AtomicReference<>();
    GrpcServer server =
        server()
            .failing(
                message -> {
                  terms.set(Inboard.contexts().current().terms());
                  return null;
                });
    mesh(identity() + "inbound: {mtls: STRICT}\n" + destination(MUTUAL, server.address()));
    ClientCalls.blockingUnaryCall(
        channel(),
        GrpcServer.UNARY,
        CallOptions.DEFAULT.withDeadlineAfter(50, TimeUnit.SECONDS),
        "hello");
    assertThat(terms.get().deadlineNanos() - System.nanoTime())
        .isBetween(1L, TimeUnit.SECONDS.toNanos(50));
  }

  @Test
  void whoMayNotIsToldSoInGrpcsWords() throws Exception {
    GrpcServer server = server();
    mesh(
        identity()
            + "inbound: {mtls: STRICT, authorization: [{action: DENY, to: {paths:"
            + " [\"/shop.Echo/Unary\"]}}]}\n"
            + destination(MUTUAL, server.address()));
    ManagedChannel channel = channel();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> GrpcServer.call(channel, "hello"))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessage("PERMISSION_DENIED: access denied");
    }
    assertThat(server.received()).isEmpty();
    Answers answers = new Answers();
    ClientCalls.asyncServerStreamingCall(
        channel.newCall(GrpcServer.SERVER_STREAM, CallOptions.DEFAULT), "m", answers);
    assertThat(answers.next()).isEqualTo("m0");
  }

  @Test
  @Shows(Feature.SWITCH)
  void switchedOffACallIsAsWithoutUs() throws Exception {
    GrpcServer server = server();
    mesh("enabled: false\n" + destination("", server.address()));
    ManagedChannel channel = channel("localhost:" + server.address().getPort());
    assertThat(GrpcServer.call(channel, "hello")).isEqualTo("hello");
    assertThat(GrpcServer.header(server.received().get(0), "traceparent")).isNull();
  }

  private static InetSocketAddress refusing() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }
  }
}

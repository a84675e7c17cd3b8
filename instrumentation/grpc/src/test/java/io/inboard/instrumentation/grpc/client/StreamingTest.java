// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls of more than one message, over mutual TLS. */
@Timeout(60)
final class StreamingTest extends GrpcHarness {
  private ManagedChannel secured(GrpcServer... servers) throws Exception {
    java.net.InetSocketAddress[] addresses =
        java.util.Arrays.stream(servers)
            .map(GrpcServer::address)
            .toArray(java.net.InetSocketAddress[]::new);
    mesh(
        identity()
            + "inbound: {mtls: STRICT}\n"
            + destination("tls: {mode: MUTUAL}\n    timeout: 20s", addresses));
    return channel();
  }

  @Test
  void aStreamOfTheServerArrives() throws Exception {
    GrpcServer server = server();
    ManagedChannel channel = secured(server);
    Iterator<String> answers =
        ClientCalls.blockingServerStreamingCall(
            channel, GrpcServer.SERVER_STREAM, CallOptions.DEFAULT, "m");
    List<String> all = new ArrayList<>();
    answers.forEachRemaining(all::add);
    assertThat(all).containsExactly("m0", "m1", "m2");
    assertThat(GrpcServer.timeoutMillis(server.received().get(0)))
        .as("the time of the mesh is that of the stream's head")
        .isZero();
  }

  @Test
  void aStreamOfTheClientArrives() throws Exception {
    ManagedChannel channel = secured(server());
    Answers answers = new Answers();
    StreamObserver<String> to =
        ClientCalls.asyncClientStreamingCall(
            channel.newCall(GrpcServer.CLIENT_STREAM, CallOptions.DEFAULT), answers);
    for (int i = 0; i < 50; i++) {
      to.onNext(i + ",");
    }
    to.onCompleted();
    assertThat(answers.next()).startsWith("0,1,2,").endsWith("48,49,");
    assertThat(answers.next()).isEqualTo(Answers.END);
  }

  @Test
  void messagesGoBothWays() throws Exception {
    GrpcServer server = server();
    ManagedChannel channel = secured(server);
    Answers answers = new Answers();
    StreamObserver<String> to =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(GrpcServer.BIDI, CallOptions.DEFAULT), answers);
    for (int i = 0; i < 20; i++) {
      to.onNext("m" + i);
      assertThat(answers.next()).isEqualTo("m" + i);
    }
    to.onCompleted();
    assertThat(answers.next()).isEqualTo(Answers.END);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anErrorInAStreamIsTheApplications() throws Exception {
    GrpcServer server =
        server()
            .failing(
                message -> message.equals("bad") ? Status.ABORTED.withDescription("no") : null);
    ManagedChannel channel = secured(server);
    Answers answers = new Answers();
    StreamObserver<String> to =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(GrpcServer.BIDI, CallOptions.DEFAULT), answers);
    to.onNext("good");
    assertThat(answers.next()).isEqualTo("good");
    to.onNext("bad");
    assertThat(answers.next()).isEqualTo("ABORTED: no");
  }

  @Test
  void theApplicationsDeadlineEndsACall() throws Exception {
    MethodDescriptor<String, String> silent = GrpcServer.CLIENT_STREAM;
    ManagedChannel channel = secured(server());
    Answers answers = new Answers();
    ClientCalls.asyncClientStreamingCall(
        channel.newCall(silent, CallOptions.DEFAULT.withDeadlineAfter(200, TimeUnit.MILLISECONDS)),
        answers);
    assertThat(answers.next()).startsWith("DEADLINE_EXCEEDED");
  }

  @Test
  void theMeshsTimeoutEndsACall() throws Exception {
    GrpcServer server = server();
    mesh(destination("timeout: 200ms", server.address()));
    Answers answers = new Answers();
    ClientCalls.asyncClientStreamingCall(
        channel().newCall(GrpcServer.CLIENT_STREAM, CallOptions.DEFAULT), answers);
    assertThat(answers.next()).startsWith("DEADLINE_EXCEEDED").contains("no response within");
  }

  @Test
  void aHostThatIsNoDestinationIsFoundAsWithoutUs() throws Exception {
    GrpcServer server = server();
    mesh(destination("", server.address()));
    ManagedChannel channel = channel("localhost:" + server.address().getPort());
    // The first one waits for a connection; later ones find it there.
    for (int i = 0; i < 3; i++) {
      assertThat(GrpcServer.call(channel, "hello")).isEqualTo("hello");
      assertThat(GrpcServer.header(server.received().get(i), "traceparent")).hasSize(55);
    }
    ManagedChannel unknown = channel("unknown.invalid:80");
    assertThatThrownBy(() -> GrpcServer.call(unknown, "hello"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.grpc.testing.integration.TestServiceImpl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import shop.common.Figures;
import shop.common.SystemStores;

/**
 * A server of {@link Echo}, of gRPC's health service and of its interoperability tests. Arguments:
 * port, name, {@code netty} or {@code shaded}. It speaks TLS to clients with a certificate, where
 * this JVM has a key store, plaintext else. A message that is the name of a status of gRPC ends its
 * call with that status; {@code who} is answered with the header that names the caller, {@code
 * deadline} with the milliseconds that the caller still waits, {@code figures?gc=true} or {@code
 * false} with {@link Figures} as JSON. What is said after {@code pay} is written into the file that
 * {@code -Dshop.ledger} names, which outlives a killed JVM.
 */
public final class GrpcBack {
  private static final Metadata.Key<String> CLIENT_CERT =
      Metadata.Key.of("x-forwarded-client-cert", Metadata.ASCII_STRING_MARSHALLER);

  /** In bytes; as gRPC's own test server, which is sent 10 MiB at once. */
  private static final int LARGEST = 16 << 20;

  private static final Context.Key<String> CALLER = Context.key("caller");

  private final String name;
  private final Figures figures = new Figures();

  private GrpcBack(String name) {
    this.name = name;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = Integer.parseInt(arguments[0]);
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
    ServerCredentials credentials =
        SystemStores.keys().map(GrpcBack::mutual).orElseGet(InsecureServerCredentials::create);
    ServerBuilder<?> builder =
        arguments.length > 2 && arguments[2].equals("shaded")
            ? io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forAddress(address, credentials)
            : NettyServerBuilder.forAddress(address, credentials);
    Server server =
        builder
            .addService(
                ServerInterceptors.intercept(new GrpcBack(arguments[1]).echo(), new Caller()))
            .addService(new HealthStatusManager().getHealthService())
            .addService(
                ServerInterceptors.intercept(
                    new TestServiceImpl(Executors.newSingleThreadScheduledExecutor()),
                    TestServiceImpl.interceptors()))
            .maxInboundMessageSize(LARGEST)
            .build()
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server)));
    System.out.println(arguments[1] + " listens on " + port);
    server.awaitTermination();
  }

  private static ServerCredentials mutual(KeyManagerFactory keys) {
    return TlsServerCredentials.newBuilder()
        .keyManager(keys.getKeyManagers())
        .trustManager(SystemStores.trust().getTrustManagers())
        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
        .build();
  }

  /** As an application should: those under way may end. */
  private static void end(Server server) {
    try {
      if (!server.shutdown().awaitTermination(10, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
    }
  }

  private ServerServiceDefinition echo() {
    return ServerServiceDefinition.builder(Echo.NAME)
        .addMethod(Echo.UNARY, ServerCalls.asyncUnaryCall(this::unary))
        .addMethod(Echo.SERVER_STREAM, ServerCalls.asyncServerStreamingCall(this::stream))
        .addMethod(Echo.CLIENT_STREAM, ServerCalls.asyncClientStreamingCall(this::collect))
        .addMethod(Echo.BIDI, ServerCalls.asyncBidiStreamingCall(this::talk))
        .build();
  }

  private void unary(String message, StreamObserver<String> to) {
    if (!fails(message, to)) {
      to.onNext(answer(message));
      to.onCompleted();
    }
  }

  private String answer(String message) {
    if (message.startsWith("pay ")) {
      pay(message.substring("pay ".length()));
    }
    return switch (message) {
      case "who" -> String.valueOf(CALLER.get());
      case "deadline" -> left();
      case "figures?gc=true" -> figures(true);
      case "figures?gc=false" -> figures(false);
      default -> name + " " + message;
    };
  }

  private String figures(boolean gc) {
    return figures.now(gc).entrySet().stream()
        .map(each -> '"' + each.getKey() + "\":" + each.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static void pay(String id) {
    try {
      Files.writeString(
          Path.of(System.getProperty("shop.ledger")),
          id + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String left() {
    io.grpc.Deadline deadline = Context.current().getDeadline();
    return deadline == null ? "none" : Long.toString(deadline.timeRemaining(TimeUnit.MILLISECONDS));
  }

  private static boolean fails(String message, StreamObserver<String> to) {
    for (Status.Code code : Status.Code.values()) {
      if (message.equals(code.name())) {
        to.onError(Status.fromCode(code).withDescription("as asked").asRuntimeException());
        return true;
      }
    }
    return false;
  }

  private void stream(String message, StreamObserver<String> to) {
    if (!fails(message, to)) {
      for (int i = 0; i < 3; i++) {
        to.onNext(answer(message) + i);
      }
      to.onCompleted();
    }
  }

  private StreamObserver<String> collect(StreamObserver<String> to) {
    StringBuilder all = new StringBuilder();
    return new Incoming() {
      @Override
      public void onNext(String message) {
        all.append(message);
      }

      @Override
      public void onCompleted() {
        unary(all.toString(), to);
      }
    };
  }

  private StreamObserver<String> talk(StreamObserver<String> to) {
    return new Incoming() {
      @Override
      public void onNext(String message) {
        if (!fails(message, to)) {
          to.onNext(answer(message));
        }
      }

      @Override
      public void onCompleted() {
        to.onCompleted();
      }
    };
  }

  /** What a caller streams; that it has gone is told to nobody. */
  private abstract static class Incoming implements StreamObserver<String> {
    @Override
    public void onError(Throwable error) {}
  }

  /** Keeps who calls for the service. */
  private static final class Caller implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      Context context = Context.current().withValue(CALLER, headers.get(CLIENT_CERT));
      return Contexts.interceptCall(context, call, headers, next);
    }
  }
}

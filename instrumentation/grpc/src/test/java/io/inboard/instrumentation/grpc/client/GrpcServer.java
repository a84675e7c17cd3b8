// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.inboard.time.HeaderDuration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A service of gRPC, as an application writes it: one method of each kind, which echo. */
final class GrpcServer implements AutoCloseable {
  private static final MethodDescriptor.Marshaller<String> TEXT = new Text();
  static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
  static final MethodDescriptor<String, String> SERVER_STREAM =
      method("ServerStream", MethodType.SERVER_STREAMING);
  static final MethodDescriptor<String, String> CLIENT_STREAM =
      method("ClientStream", MethodType.CLIENT_STREAMING);
  static final MethodDescriptor<String, String> BIDI = method("Bidi", MethodType.BIDI_STREAMING);

  private final List<Metadata> received = new CopyOnWriteArrayList<>();
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final Server server;

  /** Null: the call goes well. */
  private volatile Function<String, Status> failing = message -> null;

  GrpcServer() throws IOException {
    this(NettyServerBuilder::forAddress);
  }

  /**
   * @param transport makes a builder for an address
   */
  GrpcServer(Function<SocketAddress, ServerBuilder<?>> transport) throws IOException {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("shop.Echo")
            .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
            .addMethod(SERVER_STREAM, ServerCalls.asyncServerStreamingCall(this::stream))
            .addMethod(CLIENT_STREAM, ServerCalls.asyncClientStreamingCall(this::collect))
            .addMethod(BIDI, ServerCalls.asyncBidiStreamingCall(this::echo))
            .build();
    server =
        transport
            .apply(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(ServerInterceptors.intercept(service, new Noting()))
            .build()
            .start();
  }

  private static MethodDescriptor<String, String> method(String name, MethodType type) {
    return MethodDescriptor.newBuilder(TEXT, TEXT)
        .setType(type)
        .setFullMethodName("shop.Echo/" + name)
        .build();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  List<Metadata> received() {
    return received;
  }

  List<String> messages() {
    return messages;
  }

  GrpcServer failing(Function<String, Status> with) {
    failing = with;
    return this;
  }

  /** The caller's {@code grpc-timeout}; 0: it has said none. */
  static long timeoutMillis(Metadata of) {
    String value = header(of, "grpc-timeout");
    return value == null
        ? 0
        : TimeUnit.NANOSECONDS.toMillis(HeaderDuration.nanos("grpc-timeout", value));
  }

  static String header(Metadata of, String name) {
    return of.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  static String call(Channel channel, String message) {
    return io.grpc.stub.ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, message);
  }

  private boolean fails(String message, StreamObserver<String> to) {
    messages.add(message);
    Status status = failing.apply(message);
    if (status != null) {
      to.onError(status.asRuntimeException());
    }
    return status != null;
  }

  private void unary(String message, StreamObserver<String> to) {
    if (!fails(message, to)) {
      to.onNext(message);
      to.onCompleted();
    }
  }

  private void stream(String message, StreamObserver<String> to) {
    if (!fails(message, to)) {
      for (int i = 0; i < 3; i++) {
        to.onNext(message + i);
      }
      to.onCompleted();
    }
  }

  private StreamObserver<String> collect(StreamObserver<String> to) {
    StringBuilder all = new StringBuilder();
    return new StreamObserver<>() {
      @Override
      public void onNext(String message) {
        all.append(message);
      }

      @Override
      public void onError(Throwable error) {}

      @Override
      public void onCompleted() {
        unary(all.toString(), to);
      }
    };
  }

  private StreamObserver<String> echo(StreamObserver<String> to) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String message) {
        if (!fails(message, to)) {
          to.onNext(message);
        }
      }

      @Override
      public void onError(Throwable error) {}

      @Override
      public void onCompleted() {
        to.onCompleted();
      }
    };
  }

  /** In order: calls that are under way may end. */
  void shutdown() {
    server.shutdown();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Noting implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      received.add(headers);
      return next.startCall(call, headers);
    }
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}

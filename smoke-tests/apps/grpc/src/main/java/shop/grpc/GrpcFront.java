// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Calls others by gRPC. Arguments: port, name. {@code
 * /call?client=netty|shaded|okhttp&kind=unary|server-stream|client-stream|bidi|health&target=&message=&deadline=}
 * and {@code /interop?case=&host=&okhttp=}, a case of gRPC's interoperability tests.
 */
public final class GrpcFront {
  private static final Map<String, ManagedChannel> CHANNELS = new ConcurrentHashMap<>();

  private GrpcFront() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/call", exchange -> answer(exchange, GrpcFront::call));
    server.createContext("/interop", exchange -> answer(exchange, GrpcFront::interop));
    server.start();
    System.out.println(arguments[1] + " listens on " + port);
  }

  private static String call(Map<String, String> query) throws Exception {
    String client = query.getOrDefault("client", "netty");
    String target = query.get("target");
    ManagedChannel channel =
        CHANNELS.computeIfAbsent(
            client + " " + target, key -> builder(client, target).usePlaintext().build());
    String deadline = query.getOrDefault("deadline", "10000");
    CallOptions options =
        deadline.equals("none")
            ? CallOptions.DEFAULT
            : CallOptions.DEFAULT.withDeadlineAfter(
                Long.parseLong(deadline), TimeUnit.MILLISECONDS);
    return call(channel, query.get("kind"), options, query.getOrDefault("message", "hello"));
  }

  private static ManagedChannelBuilder<?> builder(String client, String target) {
    return switch (client) {
      case "netty" -> NettyChannelBuilder.forTarget(target);
      case "shaded" -> io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.forTarget(target);
      case "okhttp" -> OkHttpChannelBuilder.forTarget(target);
      default -> throw new IllegalArgumentException(client);
    };
  }

  private static String call(
      ManagedChannel channel, String kind, CallOptions options, String message) throws Exception {
    return switch (kind) {
      case "unary" -> ClientCalls.blockingUnaryCall(channel, Echo.UNARY, options, message);
      case "server-stream" -> {
        List<String> all = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(channel, Echo.SERVER_STREAM, options, message)
            .forEachRemaining(all::add);
        yield String.join(",", all);
      }
      case "client-stream" -> {
        Answers answers = new Answers();
        send(
            message,
            ClientCalls.asyncClientStreamingCall(
                channel.newCall(Echo.CLIENT_STREAM, options), answers));
        yield answers.all();
      }
      case "bidi" -> {
        Answers answers = new Answers();
        send(
            message,
            ClientCalls.asyncBidiStreamingCall(channel.newCall(Echo.BIDI, options), answers));
        yield answers.all();
      }
      case "health" ->
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(10, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
              .name();
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static void send(String message, StreamObserver<String> to) {
    for (int i = 0; i < 3; i++) {
      to.onNext(message);
    }
    to.onCompleted();
  }

  /** As its {@code main}, which would end the JVM. */
  private static String interop(Map<String, String> query) throws Exception {
    Class<?> type = Class.forName("io.grpc.testing.integration.TestServiceClient");
    Object client = type.getConstructor().newInstance();
    String[] arguments = {
      "--server_host=" + query.get("host"),
      "--server_port=80",
      "--use_tls=false",
      "--use_okhttp=" + query.getOrDefault("okhttp", "false"),
      "--test_case=" + query.get("case")
    };
    invoke(type, client, "parseArgs", String[].class, arguments);
    invoke(type, client, "setUp", null, null);
    try {
      invoke(type, client, "run", null, null);
      return "passed";
    } finally {
      invoke(type, client, "tearDown", null, null);
    }
  }

  private static void invoke(
      Class<?> type, Object client, String name, Class<?> parameter, Object argument)
      throws Exception {
    java.lang.reflect.Method method =
        parameter == null ? type.getDeclaredMethod(name) : type.getDeclaredMethod(name, parameter);
    method.setAccessible(true);
    if (parameter == null) {
      method.invoke(client);
    } else {
      method.invoke(client, argument);
    }
  }

  /** What a request is answered with. */
  private interface Work {
    String of(Map<String, String> query) throws Exception;
  }

  private static void answer(HttpExchange exchange, Work work) throws IOException {
    Map<String, String> query = new TreeMap<>();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] sides = pair.split("=", 2);
      query.put(sides[0], URLDecoder.decode(sides[1], UTF_8));
    }
    try {
      answer(exchange, 200, work.of(query));
    } catch (StatusRuntimeException e) {
      answer(exchange, 502, e.getStatus().getCode() + ": " + e.getStatus().getDescription());
    } catch (Exception | LinkageError e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      answer(exchange, 500, trace.toString());
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** All that comes back of a call. */
  private static final class Answers implements StreamObserver<String> {
    private final List<String> all = new ArrayList<>();
    private final CompletableFuture<String> whole = new CompletableFuture<>();

    String all() throws Exception {
      try {
        return whole.get(30, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException e) {
        throw e.getCause() instanceof StatusRuntimeException status ? status : e;
      }
    }

    @Override
    public void onNext(String message) {
      all.add(message);
    }

    @Override
    public void onError(Throwable error) {
      whole.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      whole.complete(String.join(",", all));
    }
  }
}

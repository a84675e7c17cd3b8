// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a hook costs that has nothing to do: the JDK's own classes and Netty's, woven by the
 * packaged agent through its real weaver and dispatcher while {@code enabled: false}, beside the
 * same without the agent. {@link Micro} starts the JVMs with and without {@code -javaagent}.
 */
public class WovenBenchmark extends Microbenchmark {
  /** What Micro tells a JVM that it has. */
  static final String PROPERTY = "inboard.benchmark.agent";

  static final String NONE = "none";
  static final String OFF = "off";

  /** As often a message is written on its way through the pipeline. */
  private static final int HANDLERS = 10;

  /** Whether this JVM has the agent. */
  @Param({NONE})
  public String agent;

  private final CompletableFuture<Integer> done = CompletableFuture.completedFuture(17);
  private final Function<Integer, Integer> next = n -> n + 1;
  private final HttpClient client = HttpClient.newHttpClient();
  private Loopback server;
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Object bytes = Unpooled.EMPTY_BUFFER;
  private final Object head =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/hello");
  private URL url;
  private HttpRequest request;

  /** Makes sure that it is what it says. */
  @Setup
  public void start() throws IOException {
    if (!agent.equals(System.getProperty(PROPERTY, NONE)) || woven() == agent.equals(NONE)) {
      throw new IllegalStateException("this JVM is not as its parameter says: " + agent);
    }
    server = new Loopback();
    url = new URL(server.url() + "/hello");
    channel.pipeline().addLast(new Last());
    for (int i = 1; i < HANDLERS; i++) {
      channel.pipeline().addLast(new Passing());
    }
    request = HttpRequest.newBuilder(URI.create(server.url() + "/hello")).build();
  }

  private static boolean woven() {
    try {
      Class.forName("java.lang.InboardDispatcher", false, null);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** After the last call. */
  @TearDown
  public void stop() throws IOException {
    server.close();
    channel.close();
  }

  /** A stage of a CompletableFuture that is done: one hook and hardly any work. */
  @Benchmark
  public CompletableFuture<Integer> stage() {
    return done.thenApply(next);
  }

  /** A GET on a kept connection. */
  @Benchmark
  public byte[] urlConnection() throws IOException {
    try (InputStream in = url.openConnection().getInputStream()) {
      return in.readAllBytes();
    }
  }

  /** The same by the JDK's newer client. */
  @Benchmark
  public int httpClient() throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }

  /** A handler of a Netty pipeline writes something to the next one, on the event loop. */
  @Benchmark
  @OperationsPerInvocation(HANDLERS)
  public Object nettyWrite() {
    return channel.write(bytes, channel.voidPromise());
  }

  /** The same with the head of a request, which the hook of Netty's clients looks for. */
  @Benchmark
  @OperationsPerInvocation(HANDLERS)
  public Object nettyWriteOfRequest() {
    return channel.write(head, channel.voidPromise());
  }

  /** Gives on what is written. */
  private static final class Passing extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      context.write(message, promise);
    }
  }

  /** Next to the transport, which is not measured. */
  private static final class Last extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {}
  }
}

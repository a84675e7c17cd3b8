// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a hook costs that has nothing to do: the JDK's own classes, woven by the packaged agent
 * through its real weaver and dispatcher while {@code enabled: false}, beside the same without the
 * agent. {@link Micro} starts the JVMs with and without {@code -javaagent}.
 */
public class WovenBenchmark extends Microbenchmark {
  /** What Micro tells a JVM that it has. */
  static final String PROPERTY = "inboard.benchmark.agent";

  static final String NONE = "none";
  static final String OFF = "off";

  /** Whether this JVM has the agent. */
  @Param({NONE})
  public String agent;

  private final CompletableFuture<Integer> done = CompletableFuture.completedFuture(17);
  private final Function<Integer, Integer> next = n -> n + 1;
  private final HttpClient client = HttpClient.newHttpClient();
  private Loopback server;
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
}

// Licensed under the Apache License, Version 2.0; see LICENSE.

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A first measurement: what the agent costs a Spring Boot front that calls a back, next to the same
 * two without it, in one run. Built jars are needed (mvn package). From the project's root:
 *
 * <pre>java smoke-tests/benchmarks/Measure.java [client] [warm seconds] [rounds]</pre>
 *
 * <p>Start-up: wall and CPU seconds until the port answers, median of the rounds. Throughput: warm,
 * 16 connections, closed loop, 10 s a round, variants in turn; medians, and ratios to "none".
 */
public final class Measure {
  private static final Path APP = Path.of("smoke-tests/apps/boot-3.5/target/boot-3.5.jar");
  private static final Path AGENT = Path.of("agent/target/inboard.jar");
  private static final int CONNECTIONS = 16;

  private final String client;
  private final int warmSeconds;
  private final int rounds;
  private final Path directory = Files.createTempDirectory("inboard-measure");
  private final List<Process> started = new ArrayList<>();

  private Measure(String client, int warmSeconds, int rounds) throws IOException {
    this.client = client;
    this.warmSeconds = warmSeconds;
    this.rounds = rounds;
  }

  public static void main(String[] a) throws Exception {
    for (Path needed : List.of(APP, AGENT)) {
      if (!Files.exists(needed)) {
        System.err.println(needed + " is missing: mvn -DskipTests package, in the project's root");
        System.exit(2);
      }
    }
    Measure measure =
        new Measure(
            a.length > 0 ? a[0] : "jdk",
            a.length > 1 ? Integer.parseInt(a[1]) : 150,
            a.length > 2 ? Integer.parseInt(a[2]) : 3);
    Runtime.getRuntime().addShutdownHook(new Thread(measure::end));
    measure.run();
  }

  /** One front and its back. */
  private record Pair(String name, int front, String target) {}

  private void run() throws Exception {
    ca("init", directory.resolve("ca").toString());
    for (String name : List.of("web", "payments")) {
      String id = "spiffe://cluster.local/ns/bench/sa/" + name;
      ca("issue", directory.resolve("ca").toString(), "--id", id, "--out", directory.resolve(name).toString());
    }
    startUp();
    Map<String, Pair> pairs = new LinkedHashMap<>();
    for (String variant : List.of("none", "tracing", "everything", "off")) {
      pairs.put(variant, pair(variant));
    }
    System.out.printf("%nThroughput, client %s, %d s warm, %d rounds of 10 s%n", client, warmSeconds, rounds);
    for (Pair pair : pairs.values()) {
      drive(pair, warmSeconds);
    }
    Map<String, List<double[]>> results = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Pair pair : pairs.values()) {
        results.computeIfAbsent(pair.name, n -> new ArrayList<>()).add(drive(pair, 10));
      }
    }
    double[] base = medians(results.get("none"));
    System.out.println("variant     requests/s  ratio   p50 ms  p99 ms  ratio  CPU us/request  errors");
    results.forEach(
        (name, rows) -> {
          double[] m = medians(rows);
          System.out.printf(
              "%-11s %10.0f  %5.2f  %7.2f %7.2f  %5.2f  %14.0f  %6.0f%n",
              name, m[0], m[0] / base[0], m[1], m[2], m[2] / base[2], m[3], m[4]);
        });
  }

  private void startUp() throws Exception {
    System.out.printf("Start-up of %s: until the port answers, median of %d%n", APP.getFileName(), rounds);
    Map<String, List<double[]>> results = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (String variant : List.of("none", "everything")) {
        int port = freePort();
        long begin = System.nanoTime();
        Process process = start(variant, "payments", settings(variant, 1), port);
        awaitPort(process, port);
        double wall = (System.nanoTime() - begin) / 1e9;
        double cpu = process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
        results.computeIfAbsent(variant, n -> new ArrayList<>()).add(new double[] {wall, cpu});
        process.destroy();
        process.waitFor();
      }
    }
    results.forEach(
        (name, rows) -> {
          double[] m = medians(rows);
          System.out.printf("%-11s %5.2f s wall  %5.2f s CPU%n", name, m[0], m[1]);
        });
  }

  private Pair pair(String variant) throws Exception {
    int back = freePort();
    int front = freePort();
    Path settings = settings(variant, back);
    awaitPort(start(variant, "payments", settings, back), back);
    awaitPort(start(variant, "web", settings, front), front);
    String target = variant.equals("everything") ? "payments:8080" : "127.0.0.1:" + back;
    return new Pair(variant, front, target);
  }

  /** Everything: mutual TLS both ways, policies on the call, authorization on the request. */
  private Path settings(String variant, int back) throws IOException {
    String text =
        switch (variant) {
          case "everything" ->
              """
              identity: {certificateChain: "%1$s/${ROLE}/cert-chain.pem", privateKey: "%1$s/${ROLE}/key.pem", trustBundle: "%1$s/${ROLE}/root-cert.pem"}
              inbound:
                mtls: PERMISSIVE
                authorization: [{action: DENY, to: {paths: ["/admin/*"]}}]
              destinations:
                - {host: payments, endpoints: ["127.0.0.1:%2$d"], timeout: 10s, circuitBreaker: {}}
              """.formatted(directory, back);
          case "off" -> "enabled: false\n";
          default -> "";
        };
    Path file = directory.resolve(variant + "-" + back + ".yaml");
    Files.writeString(file, "telemetry: {traces: {exporter: none}, metrics: {exporter: none}}\n" + text);
    return file;
  }

  private Process start(String variant, String role, Path settings, int port) throws IOException {
    List<String> command = new ArrayList<>(List.of(java(), "-Xmx256m"));
    if (!variant.equals("none")) {
      command.add("-javaagent:" + AGENT + "=" + settings);
    }
    command.addAll(List.of("-jar", APP.toString(), "--server.port=" + port, "--server.address=127.0.0.1"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ROLE", role);
    builder.redirectOutput(directory.resolve(variant + "-" + role + ".log").toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  /** Requests a second, p50 and p99 in ms, CPU in us a request of both services, errors. */
  private double[] drive(Pair pair, int seconds) throws Exception {
    byte[] request =
        ("GET /call?client=" + client + "&url=http://" + pair.target + "/hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    AtomicLong errors = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    List<List<Long>> latencies = new ArrayList<>();
    long cpu = cpuMicros();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; i < CONNECTIONS; i++) {
      List<Long> mine = new ArrayList<>();
      latencies.add(mine);
      Thread thread = new Thread(() -> loop(pair.front, request, end, mine, errors));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long used = cpuMicros() - cpu;
    long[] all = latencies.stream().flatMap(List::stream).mapToLong(Long::longValue).sorted().toArray();
    int count = Math.max(1, all.length);
    return new double[] {
      (double) all.length / seconds,
      all.length == 0 ? 0 : all[count / 2] / 1e6,
      all.length == 0 ? 0 : all[(int) (count * 0.99)] / 1e6,
      (double) used / count,
      errors.get()
    };
  }

  /** Of all services: those that are not driven stand still. */
  private long cpuMicros() {
    return started.stream()
        .filter(Process::isAlive)
        .mapToLong(p -> p.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1000)
        .sum();
  }

  private static void loop(int port, byte[] request, long end, List<Long> latencies, AtomicLong errors) {
    while (System.nanoTime() < end) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        InputStream in = new BufferedInputStream(socket.getInputStream(), 8192);
        boolean open = true;
        while (open && System.nanoTime() < end) {
          long begin = System.nanoTime();
          socket.getOutputStream().write(request);
          open = read(in, errors);
          latencies.add(System.nanoTime() - begin);
        }
      } catch (IOException e) {
        errors.incrementAndGet();
      }
    }
  }

  /** Reads one response; false when the server closes after it. */
  private static boolean read(InputStream in, AtomicLong errors) throws IOException {
    int length = -1;
    boolean chunked = false;
    boolean open = true;
    String status = line(in);
    if (!status.contains(" 200")) {
      errors.incrementAndGet();
    }
    for (String h = line(in).toLowerCase(); !h.isEmpty(); h = line(in).toLowerCase()) {
      if (h.startsWith("content-length:")) {
        length = Integer.parseInt(h.substring(15).strip());
      }
      chunked |= h.startsWith("transfer-encoding: chunked");
      open &= !h.equals("connection: close");
    }
    if (chunked) {
      for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
        in.skipNBytes(size + 2);
      }
      line(in);
    } else {
      in.skipNBytes(Math.max(0, length));
    }
    return open;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static double[] medians(List<double[]> rows) {
    double[] medians = new double[rows.get(0).length];
    for (int i = 0; i < medians.length; i++) {
      int column = i;
      double[] sorted = rows.stream().mapToDouble(r -> r[column]).toArray();
      Arrays.sort(sorted);
      medians[i] = sorted[sorted.length / 2];
    }
    return medians;
  }

  private static void awaitPort(Process process, int port) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (System.nanoTime() < end && process.isAlive()) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException notYet) {
        Thread.sleep(20);
      }
    }
    throw new IllegalStateException("a service did not start; see the logs in the temporary directory");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void ca(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(java(), "-jar", AGENT.toString(), "ca"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).inheritIO().redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("ca failed");
    }
  }

  private static String java() {
    return System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
  }

  private void end() {
    started.forEach(Process::destroy);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import io.inboard.identity.DevelopmentCa;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the demo plays on: a temporary directory with an authority, settings and the classes of the
 * samples; a collector; and the samples. All of it goes with {@link #close}, which a signal may
 * call on another thread.
 */
final class Stage implements AutoCloseable {
  static final String WEB_ID = "spiffe://demo/ns/shop/sa/web";
  static final String PAYMENTS_ID = "spiffe://demo/ns/shop/sa/payments";

  private final Path directory;
  private final String jarPath;
  private final SpanReceiver spans;
  private final DevelopmentCa ca = DevelopmentCa.create();
  private final List<Sample> payments = new ArrayList<>();

  /** Every one that was started. Guarded by this object's monitor, as is {@link #closed}. */
  private final List<Sample> started = new ArrayList<>();

  private boolean closed;
  private Sample web;

  private Stage(Path directory, String jarPath, SpanReceiver spans) {
    this.directory = directory;
    this.jarPath = jarPath;
    this.spans = spans;
  }

  static Stage open(String jarPath) throws IOException {
    SpanReceiver spans = SpanReceiver.start();
    Stage stage = new Stage(Files.createTempDirectory("inboard-demo"), jarPath, spans);
    try {
      stage.prepare();
      return stage;
    } catch (IOException | RuntimeException e) {
      stage.close();
      throw e;
    }
  }

  private void prepare() throws IOException {
    for (String service : List.of("Web", "Payments")) {
      String name = "shop/" + service + ".class";
      Path file = directory.resolve("classes").resolve(name);
      Files.createDirectories(file.getParent());
      try (InputStream in = Stage.class.getClassLoader().getResourceAsStream(name)) {
        if (in == null) {
          throw new IOException("the sample service " + name + " is missing in " + jarPath);
        }
        Files.copy(in, file);
      }
    }
    ca.issue(WEB_ID).save(directory.resolve("web-tls").toFile());
    ca.issue(PAYMENTS_ID).save(directory.resolve("payments-tls").toFile());
  }

  /** Starts three instances of payments, then web, which is told where they are. */
  void start(long deadlineNanos) throws DemoException, IOException, InterruptedException {
    write("payments.yaml", Script.payments(directory.resolve("payments-tls")));
    for (int i = 1; i <= 3; i++) {
      payments.add(start("payments-" + i, "shop.Payments", "payments.yaml"));
    }
    for (Sample sample : payments) {
      sample.awaitPort(deadlineNanos);
    }
    configure("");
    web = start("web", "shop.Web", "web.yaml");
    web.awaitPort(deadlineNanos);
  }

  private synchronized Sample start(String name, String main, String settings)
      throws IOException, DemoException {
    if (closed) {
      throw new DemoException("stopped");
    }
    Sample.Launch launch =
        new Sample.Launch(
            jarPath, directory.resolve(settings), directory.resolve("classes"), spans.endpoint());
    Sample sample = Sample.start(name, main, directory.resolve(name), launch);
    started.add(sample);
    return sample;
  }

  /** Writes the settings of web: those of the beginning, and more keys of its destination. */
  void configure(String more) throws IOException {
    String endpoints =
        payments.stream()
            .map(p -> "\"127.0.0.1:" + p.port() + "\"")
            .collect(Collectors.joining(", "));
    write("web.yaml", Script.web(directory.resolve("web-tls"), endpoints, more));
  }

  /** Moved into place, so that half of it is never read. */
  private void write(String name, String content) throws IOException {
    Path fresh = directory.resolve(name + ".new");
    Files.write(fresh, content.getBytes(StandardCharsets.UTF_8));
    Files.move(fresh, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  Sample web() {
    return web;
  }

  List<Sample> payments() {
    return payments;
  }

  /** The name of the instance with that address; the address if there is none. */
  String nameOf(String endpoint) {
    int port = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    return payments.stream()
        .filter(p -> p.port() == port)
        .map(Sample::name)
        .findFirst()
        .orElse(endpoint);
  }

  SpanReceiver spans() {
    return spans;
  }

  DevelopmentCa ca() {
    return ca;
  }

  /** What the services say that have something to say; empty: nothing. */
  String lastWords() {
    StringBuilder words = new StringBuilder();
    List<Sample> all = new ArrayList<>(payments);
    if (web != null) {
      all.add(web);
    }
    all.sort(Comparator.comparing(Sample::name));
    all.forEach(sample -> words.append(sample.lastWords()));
    return words.toString();
  }

  Path webSettings() {
    return directory.resolve("web.yaml");
  }

  synchronized boolean closed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    started.forEach(Sample::end);
    started.forEach(Sample::endNow);
    spans.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A temporary directory: what is left of it does no harm.
    }
  }
}

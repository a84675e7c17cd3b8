// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.services.Ask.Figures;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Front and back of one variant, and the sidecars between them; alive for the whole run. */
final class Pair implements AutoCloseable {
  private final Variant variant;
  private final Client client;
  private final Service front;
  private final Service back;
  private final Optional<Sidecar> frontProxy;
  private final Optional<Sidecar> backProxy;

  /** Scheme, host and port by which the front calls the back. */
  private final String target;

  private Pair(Site site, Certificates certificates, Variant variant, String otlp) {
    this.variant = variant;
    this.client = site.client();
    int backPort = Site.freePort();
    String backAddress = "127.0.0.1:" + backPort;
    back = Service.launch(site, certificates, variant, Role.BACK, backPort, backAddress, otlp);
    front =
        Service.launch(site, certificates, variant, Role.FRONT, Site.freePort(), backAddress, otlp);
    if (variant.way().envoy()) {
      backProxy = Optional.of(Sidecar.launch(site, certificates, variant, Role.BACK, backPort));
      int upstream = backProxy.get().port();
      frontProxy = Optional.of(Sidecar.launch(site, certificates, variant, Role.FRONT, upstream));
    } else {
      backProxy = Optional.empty();
      frontProxy = Optional.empty();
    }
    target =
        switch (variant.way()) {
          case PLAIN -> "http://" + backAddress;
          case MESH -> "http://" + Role.BACK.service() + ":8080";
          case TLS_BY_HAND -> "https://" + backAddress;
          case ENVOY_HTTP_1, ENVOY_HTTP_2 -> "http://127.0.0.1:" + frontProxy.orElseThrow().port();
        };
  }

  /** Starts both and waits until each is up; nothing was called yet from one to the other. */
  static Pair untouched(Site site, Certificates certificates, Variant variant, String otlp) {
    Pair pair = new Pair(site, certificates, variant, otlp);
    // The back may take nobody but the front: that it listens is all that can be seen of it.
    pair.back.awaitListening();
    pair.frontProxy.ifPresent(Sidecar::awaitListening);
    pair.backProxy.ifPresent(Sidecar::awaitListening);
    pair.front.awaitAnswer("/hello");
    return pair;
  }

  /** Starts both and waits until the front has an answer of the back. */
  static Pair start(Site site, Certificates certificates, Variant variant, String otlp) {
    Pair pair = new Pair(site, certificates, variant, otlp);
    pair.front.awaitAnswer("/hello");
    try {
      pair.front.await(
          "did not reach the back",
          () -> pair.back.alive() && Ask.answers200(pair.through("/hello")));
    } catch (Trouble e) {
      throw pair.back.alive() ? e : pair.back.trouble("did not start");
    }
    pair.frontFigures(true);
    pair.backFigures(true);
    return pair;
  }

  Variant variant() {
    return variant;
  }

  /** Front and back. */
  List<Service> services() {
    return List.of(front, back);
  }

  /** What the load generator asks for: the front calls the back. */
  String url() {
    return through("/hello");
  }

  private String through(String path) {
    return front.url(client.call(target + path));
  }

  Figures frontFigures(boolean collect) {
    return Ask.figures(front.url("/figures?gc=" + collect));
  }

  /** By way of the front: that is how the back lets itself be asked under every variant. */
  Figures backFigures(boolean collect) {
    return Ask.figures(through("/figures?gc=" + collect));
  }

  /** Nanoseconds of processor time so far, of each process. */
  Map<Metric, Long> cpu() {
    Map<Metric, Long> cpu = new EnumMap<>(Metric.class);
    cpu.put(Metric.CPU_FRONT, front.cpuNanos());
    cpu.put(Metric.CPU_BACK, back.cpuNanos());
    frontProxy.ifPresent(p -> cpu.put(Metric.CPU_FRONT_PROXY, p.cpuNanos()));
    backProxy.ifPresent(p -> cpu.put(Metric.CPU_BACK_PROXY, p.cpuNanos()));
    return cpu;
  }

  /** Microseconds of processor time so far of all processes, in the system's coarse steps. */
  long coarseCpuMicros() {
    return all().stream().mapToLong(Child::cpuMicros).sum();
  }

  /** Bytes of resident memory, of each process and of all; empty where the system does not tell. */
  Map<Metric, Double> rss() {
    Map<Metric, Double> rss = new EnumMap<>(Metric.class);
    put(rss, Metric.RSS_FRONT, front.rssBytes());
    put(rss, Metric.RSS_BACK, back.rssBytes());
    frontProxy.ifPresent(p -> put(rss, Metric.RSS_FRONT_PROXY, p.rssBytes()));
    backProxy.ifPresent(p -> put(rss, Metric.RSS_BACK_PROXY, p.rssBytes()));
    if (!rss.isEmpty()) {
      rss.put(Metric.RSS, rss.values().stream().mapToDouble(Double::doubleValue).sum());
    }
    return rss;
  }

  private static void put(Map<Metric, Double> into, Metric metric, OptionalLong value) {
    value.ifPresent(bytes -> into.put(metric, (double) bytes));
  }

  /** Throws with the end of the log of the process that is not there any more. */
  void checkAlive() {
    for (Child child : all()) {
      if (!child.alive()) {
        throw child.trouble("ended by itself");
      }
    }
  }

  private List<Child> all() {
    return Stream.of(Optional.of(front), Optional.of(back), frontProxy, backProxy)
        .flatMap(Optional::stream)
        .<Child>map(child -> child)
        .toList();
  }

  @Override
  public void close() {
    front.close();
    back.close();
    frontProxy.ifPresent(Child::close);
    backProxy.ifPresent(Child::close);
  }
}

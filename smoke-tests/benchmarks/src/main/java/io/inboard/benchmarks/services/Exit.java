// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Metric;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;

/**
 * How long a service takes to go when its collector is dead: the front alone answers requests for a
 * while, so that spans wait to be exported, then gets SIGTERM.
 */
final class Exit {
  private static final List<Variant> WORTH_ASKING =
      List.of(Variant.NONE, Variant.TRACING, Variant.EVERYTHING, Variant.OTEL);
  private static final int DRIVEN_SECONDS = 2;
  private static final int KILLED_AFTER_SECONDS = 60;

  private final Site site;
  private final Certificates certificates;
  private final Load load;
  private final Ledger ledger;

  Exit(Site site, Certificates certificates, Load load, Ledger ledger) {
    this.site = site;
    this.certificates = certificates;
    this.load = load;
    this.ledger = ledger;
  }

  static List<Variant> worthAsking(List<Variant> variants) {
    return variants.stream().filter(WORTH_ASKING::contains).toList();
  }

  /** With a collector that refuses connections, and with one that takes them and is silent. */
  Map<Metric, Double> measure(Variant variant) {
    // Nobody accepts: the system takes the connection, and what is sent, up to its buffers.
    try (ServerSocket silent = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
      double refused = exit(variant, Site.freePort());
      double unanswered = exit(variant, silent.getLocalPort());
      return Map.of(Metric.EXIT_REFUSED, refused, Metric.EXIT_SILENT, unanswered);
    } catch (IOException e) {
      throw new Trouble("cannot listen on 127.0.0.1: " + e, e);
    }
  }

  private double exit(Variant variant, int collector) {
    int port = Site.freePort();
    String back = "127.0.0.1:" + Site.freePort();
    String otlp = "http://127.0.0.1:" + collector;
    try (Service service =
        Service.launch(site, certificates, variant, Role.FRONT, port, back, otlp)) {
      service.awaitAnswer("/hello");
      load.closed(service.url("/hello"), DRIVEN_SECONDS);
      double seconds = service.end(KILLED_AFTER_SECONDS);
      if (seconds >= KILLED_AFTER_SECONDS) {
        ledger.note(variant, "had to be killed after " + KILLED_AFTER_SECONDS + " s");
      }
      return seconds;
    }
  }
}

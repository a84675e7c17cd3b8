// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One way to run front and back, and what stands between them. */
enum Variant {
  NONE("none", Agent.NONE, Way.PLAIN, false, "no agent, no TLS"),
  TRACING("tracing", Agent.INBOARD, Way.PLAIN, true, "Inboard: spans and metrics only"),
  MTLS("mtls", Agent.INBOARD, Way.MESH, false, "Inboard: mutual TLS only"),
  EVERYTHING(
      "everything",
      Agent.INBOARD,
      Way.MESH,
      true,
      "Inboard: spans, metrics, mutual TLS, retries, breaker, ejection, balancing, timeout,"
          + " authorization"),
  OFF("off", Agent.INBOARD, Way.PLAIN, false, "Inboard: everything, and enabled: false"),
  BARE_AGENT(
      "bare-agent",
      Agent.BARE,
      Way.PLAIN,
      false,
      "an agent that is shown each class and changes none: the least that weaving costs a start"),
  OTEL("otel", Agent.OPENTELEMETRY, Way.PLAIN, true, "OpenTelemetry Java agent, the same signals"),
  NATIVE(
      "native",
      Agent.NONE,
      Way.TLS_BY_HAND,
      false,
      "mutual TLS by hand: server.ssl.*, javax.net.ssl.*; where Tomcat is the back, its 100 requests"
          + " a connection"),
  NATIVE_UNLIMITED(
      "native-unlimited",
      Agent.NONE,
      Way.TLS_BY_HAND,
      false,
      "mutual TLS by hand, the back with server.tomcat.max-keep-alive-requests=-1"),
  ENVOY_H1(
      "envoy-h1",
      Agent.NONE,
      Way.ENVOY_HTTP_1,
      false,
      "an Envoy beside each, mutual TLS and HTTP/1.1 between them"),
  ENVOY_H2(
      "envoy-h2",
      Agent.NONE,
      Way.ENVOY_HTTP_2,
      false,
      "an Envoy beside each, mutual TLS and HTTP/2 between them"),
  ENVOY_OTEL(
      "envoy-otel",
      Agent.OPENTELEMETRY,
      Way.ENVOY_HTTP_1,
      true,
      "an Envoy beside each (HTTP/1.1), and the OpenTelemetry Java agent: what Inboard replaces");

  /** What rides in the JVM. */
  enum Agent {
    NONE,
    /** See {@link BareAgent}. */
    BARE,
    INBOARD,
    OPENTELEMETRY
  }

  /** How the front reaches the back. */
  enum Way {
    PLAIN,
    /** By the back's name, which only the mesh resolves. */
    MESH,
    TLS_BY_HAND,
    ENVOY_HTTP_1,
    ENVOY_HTTP_2;

    boolean envoy() {
      return this == ENVOY_HTTP_1 || this == ENVOY_HTTP_2;
    }
  }

  private final String label;
  private final Agent agent;
  private final Way way;
  private final boolean exports;
  private final String about;

  Variant(String label, Agent agent, Way way, boolean exports, String about) {
    this.label = label;
    this.agent = agent;
    this.way = way;
    this.exports = exports;
    this.about = about;
  }

  /** As on the command line. */
  String label() {
    return label;
  }

  String about() {
    return about;
  }

  Agent agent() {
    return agent;
  }

  Way way() {
    return way;
  }

  /** Whether spans must arrive at the sink. */
  boolean exports() {
    return exports;
  }

  /** The variant whose services are started with the same command; its start is the same. */
  Variant startsAs() {
    return switch (this) {
      case ENVOY_H1, ENVOY_H2 -> NONE;
      case ENVOY_OTEL -> OTEL;
      case NATIVE_UNLIMITED -> NATIVE;
      default -> this;
    };
  }

  /** An agent's own code is compiled late, by the second compiler: see {@link Warmth#QUIET}. */
  int warmRequests() {
    return agent == Agent.NONE ? 100_000 : 200_000;
  }

  @Override
  public String toString() {
    return label;
  }

  static List<String> labels() {
    return labels(List.of(values()));
  }

  static List<String> labels(List<Variant> variants) {
    return variants.stream().map(Variant::label).toList();
  }

  static Optional<Variant> named(String label) {
    return Arrays.stream(values()).filter(v -> v.label.equals(label)).findFirst();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.services.Variant.Way;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Front or back of a pair: a sample service in a JVM of its own, as its variant wants it. */
final class Service extends Child {
  private final int port;

  private Service(
      String name, List<String> words, Map<String, String> environment, Path log, int port) {
    super(name, words, environment, log, false);
    this.port = port;
  }

  /**
   * Starts it and does not wait.
   *
   * @param port where it listens
   * @param back host and port of the back, as the mesh's settings list it
   * @param otlp where its spans go; agents that export nothing do not look
   */
  static Service launch(
      Site site,
      Certificates certificates,
      Variant variant,
      Role role,
      int port,
      String back,
      String otlp) {
    String name = variant + "-" + role.service();
    // Of this one alone: there may be several pairs of a variant, and settings are read again when
    // they change.
    String file = name + "-" + port;
    Path settings = site.work().resolve(file + ".yaml");
    List<String> agent = agent(site, certificates, variant, role, back, settings);
    List<String> words = words(site, certificates, variant, role, port, agent);
    Path log = site.work().resolve(file + ".log");
    return new Service(name, words, environment(role, otlp), log, port);
  }

  /**
   * The command that starts it.
   *
   * @param agent the flag that puts one into the JVM, if any
   */
  static List<String> words(
      Site site,
      Certificates certificates,
      Variant variant,
      Role role,
      int port,
      List<String> agent) {
    List<String> words = new ArrayList<>(List.of(site.java().toString(), "-Xmx256m"));
    words.addAll(agent);
    boolean boot = site.client().isBoot(role);
    boolean byHand = variant.way() == Way.TLS_BY_HAND;
    if (byHand && (role == Role.FRONT || !boot)) {
      words.addAll(systemStores(certificates, role));
    }
    words.addAll(site.program(role));
    if (boot) {
      words.addAll(List.of("--server.address=127.0.0.1", "--server.port=" + port));
      words.add("--spring.main.banner-mode=off");
      if (byHand && role == Role.BACK) {
        words.addAll(serverStores(certificates));
      }
    } else {
      words.addAll(List.of("" + port, role.service(), site.client().transport()));
    }
    // Of the connections between the two alone, as Inboard lifts it: those of the load keep theirs.
    if (variant == Variant.NATIVE_UNLIMITED && role == Role.BACK) {
      words.add("--server.tomcat.max-keep-alive-requests=-1");
    }
    return words;
  }

  /** The flag that puts the variant's agent into a JVM; none for none. */
  static List<String> agent(
      Site site,
      Certificates certificates,
      Variant variant,
      Role role,
      String back,
      Path settings) {
    return switch (variant.agent()) {
      case NONE -> List.of();
      case BARE -> List.of("-javaagent:" + BareAgent.Jar.in(site.work()));
      case OPENTELEMETRY -> List.of("-javaagent:" + site.openTelemetry());
      case INBOARD -> {
        String template =
            switch (variant) {
              case TRACING -> "tracing.yaml";
              case MTLS -> "mtls.yaml";
              default -> "everything.yaml";
            };
        boolean caller = role == Role.FRONT;
        Map<String, String> values =
            Map.of(
                "IDENTITY",
                certificates.pem(role).toString(),
                // The load generator speaks plaintext to the front; the back takes members only.
                "INBOUND",
                caller || variant == Variant.OFF ? "PERMISSIVE" : "STRICT",
                "ALLOW",
                caller
                    ? "{action: ALLOW, to: {methods: [GET]}}"
                    : "{action: ALLOW, from: {principals: [\"cluster.local/ns/bench/sa/web\"]}}",
                "BACK",
                back,
                "ENABLED",
                "" + (variant != Variant.OFF));
        yield List.of(
            "-javaagent:" + site.agent() + "=" + Template.write(template, values, settings));
      }
    };
  }

  /**
   * For both agents the same signals: spans and HTTP metrics, no logs, nothing of the JVM's own.
   */
  static Map<String, String> environment(Role role, String otlp) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("OTEL_SERVICE_NAME", role.service());
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", otlp);
    environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    environment.put("OTEL_LOGS_EXPORTER", "none");
    environment.put("OTEL_INSTRUMENTATION_RUNTIME_TELEMETRY_ENABLED", "false");
    return environment;
  }

  private static List<String> systemStores(Certificates certificates, Role role) {
    return List.of(
        "-Djavax.net.ssl.keyStore=" + certificates.keyStore(role),
        "-Djavax.net.ssl.keyStorePassword=" + Certificates.PASSWORD,
        "-Djavax.net.ssl.trustStore=" + certificates.trustStore(),
        "-Djavax.net.ssl.trustStorePassword=" + Certificates.PASSWORD);
  }

  private static List<String> serverStores(Certificates certificates) {
    return List.of(
        "--server.ssl.client-auth=need",
        "--server.ssl.key-store=" + certificates.keyStore(Role.BACK),
        "--server.ssl.key-store-password=" + Certificates.PASSWORD,
        "--server.ssl.key-alias=key",
        "--server.ssl.trust-store=" + certificates.trustStore(),
        "--server.ssl.trust-store-password=" + Certificates.PASSWORD);
  }

  String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  /** Waits until it answers 200 here; throws with the end of its log when it does not. */
  void awaitAnswer(String path) {
    await("did not start", () -> Ask.answers200(url(path)));
  }

  /** Waits until something takes connections at its port. */
  void awaitListening() {
    awaitListening(port);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** With what the front calls the back. */
enum Client {
  JDK("jdk", Stack.MVC, "boot-3.5"),
  JDK_ASYNC("jdk-async", Stack.MVC, "boot-3.5"),
  URL_CONNECTION("url-connection", Stack.MVC, "boot-3.5"),
  REST_TEMPLATE("rest-template", Stack.MVC, "boot-3.5"),
  REST_CLIENT("rest-client", Stack.MVC, "boot-3.5"),
  APACHE5("apache5", Stack.MVC, "boot-3.5-clients"),
  OKHTTP("okhttp", Stack.MVC, "boot-3.5-clients"),
  WEBCLIENT("webclient", Stack.WEBFLUX, "reactive"),
  /** By grpc-netty-shaded. */
  GRPC("grpc", Stack.GRPC, "boot-3.5-grpc"),
  GRPC_NETTY("grpc-netty", Stack.GRPC, "boot-3.5-grpc");

  private final String label;
  private final Stack stack;
  private final String front;

  Client(String label, Stack stack, String front) {
    this.label = label;
    this.stack = stack;
    this.front = front;
  }

  /** As on the command line, and as the sample service names it. */
  String label() {
    return label;
  }

  Stack stack() {
    return stack;
  }

  /** The sample that is the service. */
  String app(Role role) {
    return isBoot(role) ? front : "grpc";
  }

  /** Whether the service is a Spring Boot application, which is told so by its arguments. */
  boolean isBoot(Role role) {
    return stack != Stack.GRPC || role == Role.FRONT;
  }

  /** What a server of gRPC is told that it is on: the same as its client. */
  String transport() {
    return this == GRPC ? "shaded" : "netty";
  }

  /** What the front is asked for, so that it calls that URL and answers what it was answered. */
  String call(String url) {
    String encoded = URLEncoder.encode(url, StandardCharsets.UTF_8);
    return stack == Stack.WEBFLUX
        ? "/relay?url=" + encoded
        : "/call?client=" + label + "&url=" + encoded;
  }

  static List<String> labels() {
    return labels(List.of(values()));
  }

  static List<String> labels(Stack stack) {
    return labels(Arrays.stream(values()).filter(client -> client.stack == stack).toList());
  }

  private static List<String> labels(List<Client> clients) {
    return clients.stream().map(Client::label).toList();
  }

  static Optional<Client> named(String label) {
    return Arrays.stream(values()).filter(client -> client.label.equals(label)).findFirst();
  }
}

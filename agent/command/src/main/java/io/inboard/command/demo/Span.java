// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import java.util.Map;

/**
 * One span as it was exported.
 *
 * @param traceId 32 hexadecimal digits
 * @param parentId empty for a root
 * @param instance {@code service.instance.id} of the resource, else {@code service.name}
 * @param kind OTLP's number: 2 server, 3 client
 * @param attributes as text
 */
record Span(
    String traceId,
    String spanId,
    String parentId,
    String instance,
    String name,
    int kind,
    long startNanos,
    long endNanos,
    Map<String, String> attributes) {
  static final int SERVER = 2;
  static final int CLIENT = 3;

  Span {
    attributes = Map.copyOf(attributes);
  }

  /** An attribute; empty if it is not there. */
  String get(String key) {
    return attributes.getOrDefault(key, "");
  }

  /** What came of it, in a word: a status, or why there is none. */
  String outcome() {
    String status = get("http.response.status_code");
    if (!status.isEmpty()) {
      return status;
    }
    String refused = get("inboard.refused");
    if (!refused.isEmpty()) {
      return refused.replace('_', ' ');
    }
    String error = get("error.type");
    return switch (error.substring(error.lastIndexOf('.') + 1)) {
      case "" -> "no answer";
      case "ConnectException" -> "connection refused";
      case "SocketException", "EOFException" -> "connection lost";
      case "SocketTimeoutException", "TimeoutException" -> "timeout";
      default -> error.substring(error.lastIndexOf('.') + 1).replace("Exception", "");
    };
  }

  long nanos() {
    return Math.max(0, endNanos - startNanos);
  }
}

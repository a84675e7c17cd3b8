// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.Step;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import java.util.List;

/**
 * The head of a response that the application has not seen.
 *
 * @param flight whose response it is; null for an answer of the mesh
 * @param response null for an answer of the mesh
 * @param answer null for a response
 */
record Head(Flight flight, HttpClientResponse response, Step.Answer answer) {
  int status() {
    return response.statusCode();
  }

  String version() {
    return version(response.version());
  }

  /** As network.protocol.version has it. */
  static String version(HttpVersion version) {
    return switch (version) {
      case HTTP_1_0 -> "1.0";
      case HTTP_1_1 -> "1.1";
      case HTTP_2 -> "2";
      default -> "3";
    };
  }

  List<String> headers(String name) {
    return response.headers().getAll(name);
  }

  /** As the head tells it; -1: it does not. */
  long length() {
    List<String> values = headers("content-length");
    try {
      return values.size() == 1 ? Long.parseLong(values.get(0).trim()) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}

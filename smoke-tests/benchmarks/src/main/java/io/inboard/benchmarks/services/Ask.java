// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Single questions to a service, beside the load. */
final class Ask {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Ask() {}

  /** What a JVM says of itself at {@code /figures}. */
  record Figures(
      long allocatedBytes, long heapBytes, long classes, long threads, long compileMillis) {}

  static Figures figures(String url) {
    try {
      JsonNode answer = JSON.readTree(get(url));
      return new Figures(
          answer.get("allocatedBytes").asLong(),
          answer.get("heapBytes").asLong(),
          answer.get("classes").asLong(),
          answer.get("threads").asLong(),
          answer.get("compileMillis").asLong());
    } catch (IOException e) {
      throw new Trouble("no figures from " + url + ": " + e, e);
    }
  }

  static boolean answers200(String url) {
    try {
      get(url);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Milliseconds until the answer 200 was read; throws when it is another. */
  static double timed(String url) {
    long begin = System.nanoTime();
    try {
      get(url);
    } catch (IOException e) {
      throw new Trouble("no answer from " + url + ": " + e, e);
    }
    return (System.nanoTime() - begin) / 1e6;
  }

  private static String get(String url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setConnectTimeout(1_000);
    connection.setReadTimeout(60_000);
    // One that is kept would show up as a thread of the service.
    connection.setRequestProperty("connection", "close");
    if (connection.getResponseCode() != 200) {
      try (InputStream error = connection.getErrorStream()) {
        String text = error == null ? "" : new String(error.readAllBytes(), StandardCharsets.UTF_8);
        throw new IOException("status " + connection.getResponseCode() + " " + text);
      }
    }
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** The user's side of a story: plain HTTP, in a JVM without agent. */
public final class Http {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private Http() {}

  public static HttpResponse<String> get(String url) throws IOException {
    return send(HttpRequest.newBuilder(URI.create(url)).build());
  }

  /** The body of a 200; anything else fails the test. */
  public static String body(String url) throws IOException {
    HttpResponse<String> response = get(url);
    if (response.statusCode() != 200) {
      throw new AssertionError(url + ": " + response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  public static HttpResponse<String> post(String url, String body) throws IOException {
    return send(
        HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString(body)).build());
  }

  public static HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return CLIENT.sendAsync(request, BodyHandlers.ofString()).get(LIMIT.toMillis(), MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(request.uri() + " did not answer within " + LIMIT, e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

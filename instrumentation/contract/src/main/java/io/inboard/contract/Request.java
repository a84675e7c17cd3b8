// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request as an application writes it.
 *
 * @param headers set by the application; in order
 * @param body empty: none
 * @param oneShot whether the application streams the body, so that it can be read once only
 * @param connectTimeout the application's; zero: none set
 * @param readTimeout how long the application waits for the response; zero: none set
 */
public record Request(
    String method,
    URI uri,
    Map<String, String> headers,
    byte[] body,
    boolean oneShot,
    Duration connectTimeout,
    Duration readTimeout) {

  private static Request of(String method, String uri, String body) {
    return new Request(
        method,
        URI.create(uri),
        Map.of(),
        body.getBytes(StandardCharsets.UTF_8),
        false,
        Duration.ZERO,
        Duration.ZERO);
  }

  public static Request get(String uri) {
    return of("GET", uri, "");
  }

  public static Request post(String uri, String body) {
    return of("POST", uri, body);
  }

  public static Request put(String uri, String body) {
    return of("PUT", uri, body);
  }

  public Request header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Request(method, uri, more, body, oneShot, connectTimeout, readTimeout);
  }

  public Request streamed() {
    return new Request(method, uri, headers, body, true, connectTimeout, readTimeout);
  }

  public Request connectTimeout(Duration timeout) {
    return new Request(method, uri, headers, body, oneShot, timeout, readTimeout);
  }

  public Request readTimeout(Duration timeout) {
    return new Request(method, uri, headers, body, oneShot, connectTimeout, timeout);
  }

  public boolean hasBody() {
    return body.length > 0;
  }
}

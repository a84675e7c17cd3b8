// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.OutboundRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A request of the application. */
public record Request(
    String method,
    String scheme,
    String host,
    int port,
    Body body,
    boolean proxied,
    String target,
    Map<String, String> header)
    implements OutboundRequest {
  public Request(String method, String scheme, String host, int port, Body body, boolean proxied) {
    this(method, scheme, host, port, body, proxied, "/", Map.of());
  }

  public static Request of(String method) {
    return new Request(method, "http", "payments", 80, Body.REPLAYABLE, false);
  }

  public Request to(String newHost, int newPort) {
    return new Request(method, scheme, newHost, newPort, body, proxied, target, header);
  }

  public Request with(Body newBody) {
    return new Request(method, scheme, host, port, newBody, proxied, target, header);
  }

  public Request throughAProxy() {
    return new Request(method, scheme, host, port, body, true, target, header);
  }

  @Override
  public boolean hedgeable() {
    return true;
  }

  /** As java.net.http has it. */
  @Override
  public boolean repeatedByLibrary() {
    return method.equals("GET") || method.equals("HEAD");
  }

  @Override
  public boolean repeatedAfterRequestTimeout() {
    return header.containsKey("x-library-repeats-408");
  }

  /** As a client with a read timeout has it. */
  @Override
  public long patienceNanos(long elapsedNanos) {
    String millis = header.get("x-library-waits-ms");
    return millis == null
        ? Long.MAX_VALUE
        : TimeUnit.MILLISECONDS.toNanos(Long.parseLong(millis)) - elapsedNanos;
  }

  @Override
  public String library() {
    return "test";
  }

  public Request at(String newTarget) {
    return new Request(method, scheme, host, port, body, proxied, newTarget, header);
  }

  public Request with(String name, String value) {
    Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    more.putAll(header);
    more.put(name, value);
    return new Request(method, scheme, host, port, body, proxied, target, more);
  }

  @Override
  public List<String> headers(String name) {
    return header.containsKey(name) ? List.of(header.get(name)) : List.of();
  }
}

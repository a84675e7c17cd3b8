// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request that arrived, as a SERVER span and one value of {@code http.server.request.duration}.
 * Safe for use by any thread; nothing throws.
 */
public final class ServerTrace {
  private final Span span;
  private final boolean excluded;
  private final RequestContext context;
  private final Optional<DurationMetrics> durations;
  private final long startNanos = System.nanoTime();
  private final String method;
  private final String scheme;
  private final String version;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile String route = "";

  ServerTrace(
      InboundRequest request,
      String method,
      Span span,
      RequestContext context,
      boolean excluded,
      Optional<DurationMetrics> durations) {
    this.span = span;
    this.excluded = excluded;
    this.context = context;
    this.durations = durations;
    this.method = method;
    this.scheme = request.scheme();
    this.version = request.protocolVersion();
    if (!excluded && span.isRecording()) {
      describe(request);
    }
  }

  private void describe(InboundRequest request) {
    span.setAttribute(Keys.METHOD, method);
    if (method.equals(Keys.OTHER)) {
      span.setAttribute(Keys.METHOD_ORIGINAL, request.method());
    }
    span.setAttribute(Keys.URL_SCHEME, scheme);
    span.setAttribute(Keys.URL_PATH, request.path());
    if (!request.query().isEmpty()) {
      span.setAttribute(Keys.URL_QUERY, Urls.query(request.query()));
    }
    if (!version.isEmpty()) {
      span.setAttribute(Keys.PROTOCOL_VERSION, version);
    }
    String authority = Forwarded.authority(request);
    if (!authority.isEmpty()) {
      span.setAttribute(Keys.SERVER_ADDRESS, Forwarded.host(authority));
      int port = Forwarded.port(authority);
      span.setAttribute(
          Keys.SERVER_PORT, (long) (port > 0 ? port : scheme.equals("https") ? 443 : 80));
    } else if (request.local() != null) {
      span.setAttribute(Keys.SERVER_ADDRESS, address(request.local()));
      span.setAttribute(Keys.SERVER_PORT, (long) request.local().getPort());
    }
    InetSocketAddress remote = request.remote();
    String client = Forwarded.client(request);
    if (remote != null) {
      String peer = address(remote);
      span.setAttribute(Keys.PEER_ADDRESS, peer);
      span.setAttribute(Keys.PEER_PORT, (long) remote.getPort());
      client = client.isEmpty() ? peer : client;
    }
    if (!client.isEmpty()) {
      span.setAttribute(Keys.CLIENT_ADDRESS, client);
    }
    List<String> agents = request.headers("user-agent");
    if (!agents.isEmpty()) {
      span.setAttribute(Keys.USER_AGENT, agents.get(0));
    }
    Optional<PeerIdentity> peer = request.peer();
    if (peer.isPresent()) {
      span.setAttribute(Keys.PEER_ID, peer.get().id());
    }
  }

  /** The address as digits, without a look-up of its name. */
  private static String address(InetSocketAddress address) {
    return address.getAddress() == null
        ? address.getHostString()
        : address.getAddress().getHostAddress();
  }

  /**
   * What the request carries: this span for calls that it causes; for an excluded path the context
   * that came in.
   */
  public RequestContext context() {
    return context;
  }

  /** The route's template ({@code /orders/{id}}); the last one before the end counts. */
  public void route(String template) {
    route = template;
  }

  /**
   * The mesh refused the request.
   *
   * @param reason from a bounded set or a sentence; ends up in {@code inboard.deny.reason}
   */
  public void deny(String reason) {
    if (!excluded) {
      span.setAttribute(Keys.DENY_REASON, reason);
    }
  }

  /**
   * The response went out, or the connection broke. The first call counts.
   *
   * @param status the HTTP status; 0 when none went out
   * @param error what the application threw through the server; null if nothing
   */
  public void end(int status, Throwable error) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    String errorType = Keys.errorType(status, 500, error);
    String template = route;
    durations.ifPresent(
        metrics ->
            metrics.server(
                new DurationMetrics.ServerSeries(
                    method, scheme, template, status, errorType, version),
                System.nanoTime() - startNanos,
                span));
    if (excluded) {
      return;
    }
    if (span.isRecording()) {
      if (!template.isEmpty()) {
        span.updateName(Keys.methodInName(method) + " " + template);
        span.setAttribute(Keys.ROUTE, template);
      }
      if (status > 0) {
        span.setAttribute(Keys.STATUS, (long) status);
      }
      if (!errorType.isEmpty()) {
        span.setAttribute(Keys.ERROR_TYPE, errorType);
        span.setStatus(StatusCode.ERROR);
      }
      if (error != null) {
        span.recordException(Keys.unwrap(error));
      }
    }
    span.end();
  }
}

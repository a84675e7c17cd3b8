// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * One request that arrived, as a SERVER span and one value of {@code http.server.request.duration}.
 * Safe for use by any thread; nothing throws.
 */
public final class ServerTrace {
  private final ActiveSpan span;
  private final boolean excluded;
  private final RequestContext context;
  private final Optional<DurationMetrics> durations;
  private final long startNanos = System.nanoTime();
  private final String method;
  private final String scheme;
  private final String version;
  private volatile String route = "";

  /** Guarded by this. */
  private boolean ended;

  ServerTrace(
      InboundRequest request,
      String source,
      String method,
      ActiveSpan span,
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
    if (!excluded && span.recording()) {
      describe(request, source);
    }
  }

  /**
   * @param source the caller's address, if it is known already; else empty
   */
  private void describe(InboundRequest request, String source) {
    span.set(Keys.METHOD, method);
    if (method.equals(Keys.OTHER)) {
      span.set(Keys.METHOD_ORIGINAL, request.method());
    }
    span.set(Keys.URL_SCHEME, scheme);
    span.set(Keys.URL_PATH, request.path());
    String query = request.query();
    if (!query.isEmpty()) {
      span.set(Keys.URL_QUERY, Urls.query(query));
    }
    if (!version.isEmpty()) {
      span.set(Keys.PROTOCOL_VERSION, version);
    }
    String authority = Forwarded.authority(request);
    if (!authority.isEmpty()) {
      span.set(Keys.SERVER_ADDRESS, Forwarded.host(authority));
      int port = Forwarded.port(authority);
      span.set(Keys.SERVER_PORT, (port > 0 ? port : scheme.equals("https") ? 443 : 80));
    } else {
      InetSocketAddress local = request.local();
      if (local != null) {
        span.set(Keys.SERVER_ADDRESS, address(local));
        span.set(Keys.SERVER_PORT, local.getPort());
      }
    }
    InetSocketAddress remote = request.remote();
    String client = Forwarded.client(request);
    if (remote != null) {
      String peer = source.isEmpty() ? address(remote) : source;
      span.set(Keys.PEER_ADDRESS, peer);
      span.set(Keys.PEER_PORT, remote.getPort());
      client = client.isEmpty() ? peer : client;
    }
    if (!client.isEmpty()) {
      span.set(Keys.CLIENT_ADDRESS, client);
    }
    List<String> agents = request.headers("user-agent");
    if (!agents.isEmpty()) {
      span.set(Keys.USER_AGENT, agents.get(0));
    }
    Optional<PeerIdentity> peer = request.peer();
    if (peer.isPresent()) {
      span.set(Keys.PEER_ID, peer.get().id());
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
      span.set(Keys.DENY_REASON, reason);
    }
  }

  /**
   * The response went out, or the connection broke. The first call counts.
   *
   * @param status the HTTP status; 0 when none went out
   * @param error what the application threw through the server; null if nothing
   */
  public void end(int status, Throwable error) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    String errorType = Keys.errorType(status, 500, error);
    String template = route;
    if (durations.isPresent()) {
      durations
          .get()
          .server(
              new DurationMetrics.ServerSeries(
                  method, scheme, template, status, errorType, version),
              System.nanoTime() - startNanos,
              span.getSpanContext());
    }
    if (excluded) {
      return;
    }
    if (span.recording()) {
      if (!template.isEmpty()) {
        span.rename(Keys.methodInName(method) + " " + template);
        span.set(Keys.ROUTE, template);
      }
      if (status > 0) {
        span.set(Keys.STATUS, status);
      }
      if (!errorType.isEmpty()) {
        span.set(Keys.ERROR_TYPE, errorType);
        span.fail();
      }
      if (error != null) {
        span.exception(Keys.unwrap(error));
      }
    }
    span.end();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.CallerTerms;
import io.inboard.call.GrpcStatus;
import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * One request that arrived, as a SERVER span and one value of {@code http.server.request.duration},
 * of gRPC one of {@code rpc.server.duration}; and what it carries, in the same object, since every
 * request has both. Safe for use by any thread; nothing throws.
 */
public final class ServerTrace extends RequestContext {
  private final boolean excluded;
  private final Optional<DurationMetrics> durations;
  private final SpanNames names;
  private final String method;
  private final String scheme;
  private final String version;

  /** Null unless it is a call of gRPC. */
  private final Rpc rpc;

  /** Of gRPC, once its response has ended. */
  private volatile int grpcStatus = GrpcStatus.NONE;

  private volatile String route = "";

  /** Whether a framework has said the route. Written after it. */
  private volatile boolean matched;

  /** What a handler has thrown and a framework has taken; null if nothing. */
  private volatile Throwable thrown;

  /** Guarded by this. */
  private boolean ended;

  ServerTrace(
      InboundRequest request,
      CallerTerms terms,
      Propagation propagation,
      String method,
      Rpc rpc,
      TraceIds received,
      ActiveSpan span,
      boolean excluded,
      Optional<DurationMetrics> durations,
      SpanNames names) {
    super(received, span, propagation.readBaggage(request), RequestIds.read(request), terms);
    this.names = names;
    this.excluded = excluded;
    this.durations = durations;
    this.method = method;
    this.rpc = rpc;
    this.scheme = request.scheme();
    this.version = request.protocolVersion();
    if (!excluded && span.recording()) {
      describe(span, request, terms.source());
    }
  }

  private ActiveSpan span() {
    return (ActiveSpan) ids();
  }

  /**
   * @param source the caller's address, if it is known already; else empty
   */
  private void describe(ActiveSpan span, InboundRequest request, String source) {
    if (rpc == null) {
      describeHttp(span, request);
    } else {
      span.describe(rpc);
    }
    if (!version.isEmpty()) {
      span.describe(SpanField.PROTOCOL_VERSION, version);
    }
    int serverPort = describeServer(span, request);
    InetSocketAddress remote = request.remote();
    String client = Forwarded.client(request);
    if (remote != null) {
      String peer = source.isEmpty() ? address(remote) : source;
      span.describe(SpanField.PEER_ADDRESS, peer);
      client = client.isEmpty() ? peer : client;
    }
    span.describePorts(serverPort, remote == null ? ActiveSpan.UNSET : remote.getPort());
    if (!client.isEmpty()) {
      span.describe(SpanField.CLIENT_ADDRESS, client);
    }
    List<String> agents = request.headers("user-agent");
    if (!agents.isEmpty()) {
      span.describe(SpanField.USER_AGENT, agents.get(0));
    }
    Optional<PeerIdentity> peer = request.peer();
    if (peer.isPresent()) {
      span.describe(SpanField.PEER_ID, peer.get().id());
    }
  }

  private void describeHttp(ActiveSpan span, InboundRequest request) {
    span.describe(SpanField.METHOD, method);
    if (method.equals(Keys.OTHER)) {
      span.describe(SpanField.METHOD_ORIGINAL, request.method());
    }
    span.describe(SpanField.URL_SCHEME, scheme);
    span.describe(SpanField.URL_PATH, request.path());
    String query = request.query();
    if (!query.isEmpty()) {
      span.describe(SpanField.URL_QUERY, Urls.query(query));
    }
  }

  /** Which server was asked; its port is the result. */
  private int describeServer(ActiveSpan span, InboundRequest request) {
    String asked = Forwarded.authority(request);
    if (!asked.isEmpty()) {
      Forwarded.Authority authority = Forwarded.split(asked);
      span.describe(SpanField.SERVER_ADDRESS, authority.host());
      int port = authority.port();
      return port > 0 ? port : scheme.equals("https") ? 443 : 80;
    }
    InetSocketAddress local = request.local();
    if (local == null) {
      return ActiveSpan.UNSET;
    }
    span.describe(SpanField.SERVER_ADDRESS, address(local));
    return local.getPort();
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
    return this;
  }

  /**
   * The route's template ({@code /orders/{id}}); the last one before the end counts, unless a
   * framework has {@link #matched}.
   */
  @Override
  public void route(String template) {
    if (!matched) {
      route = template;
    }
  }

  @Override
  public void matched(String template) {
    if (!matched) {
      route = template;
      matched = true;
    }
  }

  @Override
  public void thrown(Throwable error) {
    if (thrown == null) {
      thrown = error;
    }
  }

  /**
   * The mesh refused the request.
   *
   * @param reason from a bounded set or a sentence; ends up in {@code inboard.deny.reason}
   */
  public void deny(String reason) {
    if (!excluded) {
      span().set(SpanField.DENY_REASON, reason);
    }
  }

  /**
   * The response to a call of gRPC ends with this code. Before {@link #end}.
   *
   * @param code 0 to 16
   */
  public void grpcStatus(int code) {
    grpcStatus = code;
  }

  /**
   * The response went out, or the connection broke. The first call counts.
   *
   * @param status the HTTP status; 0 when none went out
   * @param seen what the application threw through the server; null if nothing
   */
  public void end(int status, Throwable seen) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    // What a handler has thrown, and a framework has made a good answer of, is no error.
    Throwable error = thrown != null && (status == 0 || status >= 500) ? thrown : seen;
    if (rpc != null) {
      endRpc(error);
      return;
    }
    ActiveSpan span = span();
    String errorType = Keys.errorType(status, 500, error);
    String template = route;
    if (durations.isPresent()) {
      durations
          .get()
          .server(method, scheme, template, status, errorType, version, span.elapsedNanos(), span);
    }
    if (excluded) {
      return;
    }
    boolean routed = !template.isEmpty();
    span.end(
        status,
        errorType,
        error == null ? null : Keys.unwrap(error),
        routed && span.recording() ? names.of(Keys.methodInName(method), template) : null,
        routed ? template : null);
  }

  private void endRpc(Throwable error) {
    ActiveSpan span = span();
    int code = grpcStatus;
    if (durations.isPresent()) {
      durations.get().ofGrpc().server(rpc, code, span);
    }
    if (excluded) {
      return;
    }
    String errorType = Keys.errorType(0, 500, error);
    if (code != GrpcStatus.NONE) {
      span.status(code);
      errorType = GrpcStatus.isServerError(code) ? GrpcStatus.name(code) : "";
    }
    span.end(0, errorType, error == null ? null : Keys.unwrap(error), null, null);
  }
}

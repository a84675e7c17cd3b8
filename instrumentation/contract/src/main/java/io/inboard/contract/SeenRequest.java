// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Context;
import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Verdict;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** One inbound request as an adapter reported it; safe for use by any thread. */
public final class SeenRequest implements InboundCall, Context {
  /** What {@link InboundCall#end} was told. */
  public record End(int status, Optional<Throwable> error) {}

  private final String library;
  private final String method;
  private final String scheme;
  private final String protocolVersion;
  private final String path;
  private final String query;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final Optional<PeerIdentity> peer;
  private final List<String> traceparents;
  private final String onlyTraceparent;
  private final Verdict verdict;
  private final Map<String, String> toRespond;
  private final boolean headersFail;

  /** Written by the thread that serves the request, read by the test. */
  private volatile long queuedNanos;

  private volatile long beganNanos = System.nanoTime();
  private final List<Integer> responses = new CopyOnWriteArrayList<>();
  private final List<String> routes = new CopyOnWriteArrayList<>();
  private final List<String> matched = new CopyOnWriteArrayList<>();
  private final List<Integer> grpcStatuses = new CopyOnWriteArrayList<>();
  private final List<Throwable> thrown = new CopyOnWriteArrayList<>();
  private final List<End> ends = new CopyOnWriteArrayList<>();

  /**
   * @param toRespond headers for the response
   * @param headersFail whether it throws instead of writing the headers of the request
   */
  SeenRequest(
      InboundRequest request, Verdict verdict, Map<String, String> toRespond, boolean headersFail) {
    this.headersFail = headersFail;
    this.toRespond = toRespond;
    this.queuedNanos = request.queuedNanos();
    this.library = request.library();
    this.method = request.method();
    this.scheme = request.scheme();
    this.protocolVersion = request.protocolVersion();
    this.path = request.path();
    this.query = request.query();
    this.local = request.local();
    this.remote = request.remote();
    this.peer = request.peer();
    this.traceparents = List.copyOf(request.headers("traceparent"));
    this.onlyTraceparent = request.only("traceparent").toString();
    this.verdict = verdict;
  }

  public String library() {
    return library;
  }

  public String method() {
    return method;
  }

  public String scheme() {
    return scheme;
  }

  public String protocolVersion() {
    return protocolVersion;
  }

  public String path() {
    return path;
  }

  public String query() {
    return query;
  }

  public InetSocketAddress local() {
    return local;
  }

  public InetSocketAddress remote() {
    return remote;
  }

  /** The peer's SPIFFE id; empty when the adapter reported none. */
  public String peerId() {
    return peer.map(PeerIdentity::id).orElse("");
  }

  public List<String> traceparents() {
    return traceparents;
  }

  /** The one that came if no other did, as {@link InboundRequest#only} shows it. */
  public String onlyTraceparent() {
    return onlyTraceparent;
  }

  /** How long it had waited when the application got it. */
  public long queuedNanos() {
    return queuedNanos;
  }

  /** When the application got it, by {@link System#nanoTime}. */
  public long beganNanos() {
    return beganNanos;
  }

  /** The status of all response heads that were reported; one, unless none went out. */
  public List<Integer> responses() {
    return List.copyOf(responses);
  }

  /** The framework's first route, else the server's last; empty if there was none. */
  public String route() {
    if (!matched.isEmpty()) {
      return matched.get(0);
    }
    return routes.isEmpty() ? "" : routes.get(routes.size() - 1);
  }

  /** What {@link InboundCall#grpcStatus} was told before the end. */
  public List<Integer> grpcStatuses() {
    return List.copyOf(grpcStatuses);
  }

  /** All ends that were reported; there must be exactly one. */
  public List<End> ends() {
    return List.copyOf(ends);
  }

  @Override
  public Verdict verdict() {
    return verdict;
  }

  @Override
  public Verdict waited(InboundRequest request, long nanos) {
    queuedNanos += nanos;
    beganNanos = System.nanoTime();
    return Verdict.ALLOW;
  }

  /** As Envoy and this mesh do it: what came from outside goes, what the mesh knows is set. */
  @Override
  public void writeHeaders(HeaderSink request) {
    if (headersFail) {
      throw new ScriptedFault("writeHeaders");
    }
    request.remove("x-forwarded-client-cert");
    peer.ifPresent(p -> request.set("x-forwarded-client-cert", "URI=" + p.id()));
  }

  @Override
  public Context context() {
    return this;
  }

  /** As the mesh has it: the first time counts. */
  @Override
  public void respond(int status, HeaderSink response) {
    if (!responses.isEmpty()) {
      return;
    }
    responses.add(status);
    toRespond.forEach(
        (name, value) -> {
          if (value.isEmpty()) {
            throw new ScriptedFault("respond");
          }
          response.set(name, value);
        });
  }

  @Override
  public void route(String template) {
    routes.add(template);
  }

  @Override
  public void matched(String route) {
    matched.add(route);
  }

  @Override
  public void grpcStatus(int code) {
    if (ends.isEmpty()) {
      grpcStatuses.add(code);
    }
  }

  @Override
  public void thrown(Throwable error) {
    thrown.add(error);
  }

  /** As the mesh has it: what a framework has taken is the error of a request that fails. */
  @Override
  public void end(int status, Throwable error) {
    boolean fails = !thrown.isEmpty() && (status == 0 || status >= 500);
    ends.add(new End(status, Optional.ofNullable(fails ? thrown.get(0) : error)));
  }

  @Override
  public String toString() {
    return method + " " + path + " " + ends;
  }
}

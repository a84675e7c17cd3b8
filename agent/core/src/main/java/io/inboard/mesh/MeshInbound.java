// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.CallerTerms;
import io.inboard.call.Context;
import io.inboard.call.HeaderSink;
import io.inboard.call.Inbound;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundRequest;
import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Verdict;
import io.inboard.identity.ForwardedClientCert;
import io.inboard.identity.Identity;
import io.inboard.identity.KeyMaterial;
import io.inboard.policy.Authorization;
import io.inboard.settings.Settings;
import io.inboard.telemetry.ServerTrace;
import io.inboard.telemetry.Telemetry;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * The requests that arrive. An error in telemetry never becomes the application's; an error in
 * authorization becomes a refusal.
 */
final class MeshInbound implements Inbound {
  private final Telemetry telemetry;
  private final Identity identity;
  private final InboundTls tls;
  private final Errors errors = new Errors();
  private final LongAdder requests = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private final LongAdder inFlight = new LongAdder();

  /** Replaced whole by {@link #apply}. */
  private volatile Rules rules = new Rules(false, new Authorization(java.util.List.of()));

  private record Rules(boolean enabled, Authorization authorization) {}

  MeshInbound(Telemetry telemetry, Identity identity, InboundTls tls) {
    this.telemetry = telemetry;
    this.identity = identity;
    this.tls = tls;
  }

  void apply(Settings settings) {
    rules = new Rules(settings.enabled(), new Authorization(settings.inbound().authorization()));
  }

  @Override
  public InboundCall begin(InboundRequest request) {
    Rules now = rules;
    if (!now.enabled) {
      return InboundCall.UNTOUCHED;
    }
    requests.increment();
    Verdict verdict = judge(now.authorization, request);
    if (verdict instanceof Verdict.Deny) {
      denied.increment();
    }
    inFlight.increment();
    return new MeshInboundCall(
        verdict, trace(request, verdict), request.peer(), tls.mode(request.local().getPort()));
  }

  private Verdict judge(Authorization authorization, InboundRequest request) {
    try {
      return authorization.judge(request);
    } catch (RuntimeException | LinkageError e) {
      errors.add("authorizing a request", e);
      return new Verdict.Deny(503, "authorization: an error of ours");
    }
  }

  private Optional<ServerTrace> trace(InboundRequest request, Verdict verdict) {
    try {
      ServerTrace trace = telemetry.server(request, CallerTerms.NONE);
      if (verdict instanceof Verdict.Deny deny) {
        trace.deny(deny.reason());
      }
      return Optional.of(trace);
    } catch (RuntimeException | LinkageError e) {
      errors.add("tracing a request", e);
      return Optional.empty();
    }
  }

  @Override
  public boolean failsClosed(int localPort) {
    Rules now = rules;
    return tls.mode(localPort) == Mode.STRICT || (now.enabled && now.authorization.present());
  }

  InboundStatus status(Settings settings) {
    return new InboundStatus(
        settings.inbound().mtls().name(),
        settings.inbound().authorization().size(),
        requests.sum(),
        denied.sum(),
        inFlight.sum(),
        errors.count());
  }

  /** The inbound side, for {@code status}. Counters run since the start of the JVM. */
  record InboundStatus(
      String mtls,
      int authorizationRules,
      long requests,
      long denied,
      long inFlight,
      long errors) {}

  private final class MeshInboundCall implements InboundCall {
    private final Verdict verdict;
    private final Optional<ServerTrace> trace;
    private final Optional<PeerIdentity> peer;
    private final Mode mode;
    private final AtomicBoolean ended = new AtomicBoolean();

    MeshInboundCall(
        Verdict verdict, Optional<ServerTrace> trace, Optional<PeerIdentity> peer, Mode mode) {
      this.verdict = verdict;
      this.trace = trace;
      this.peer = peer;
      this.mode = mode;
    }

    @Override
    public Verdict verdict() {
      return verdict;
    }

    /**
     * Where the mesh does not judge connections (DISABLE), what a proxy in front says of its peer
     * is not ours to remove.
     */
    @Override
    public void writeHeaders(HeaderSink request) {
      if (mode == Mode.DISABLE) {
        return;
      }
      Optional<KeyMaterial> own = identity.current();
      if (peer.isPresent() && own.isPresent()) {
        request.set(ForwardedClientCert.HEADER, ForwardedClientCert.of(peer.get(), own.get().id()));
      } else {
        request.remove(ForwardedClientCert.HEADER);
      }
    }

    @Override
    public Context context() {
      return trace.isPresent() ? trace.get().context() : Context.NONE;
    }

    @Override
    public void route(String template) {
      trace.ifPresent(t -> t.route(template));
    }

    @Override
    public void end(int status, Throwable error) {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      inFlight.decrement();
      try {
        trace.ifPresent(t -> t.end(status, error));
      } catch (RuntimeException | LinkageError e) {
        errors.add("tracing a request", e);
      }
    }
  }
}

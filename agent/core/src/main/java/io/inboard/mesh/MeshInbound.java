// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.admission.Authorization;
import io.inboard.admission.Deadlines;
import io.inboard.admission.RateLimit;
import io.inboard.admission.Shedding;
import io.inboard.admission.Shedding.Admission;
import io.inboard.call.CallerTerms;
import io.inboard.call.Context;
import io.inboard.call.GrpcStatus;
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
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.Settings;
import io.inboard.telemetry.ServerTrace;
import io.inboard.telemetry.Telemetry;
import io.inboard.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * The requests that arrive. An error in telemetry never becomes the application's; an error in
 * authorization becomes a refusal.
 */
public final class MeshInbound implements Inbound {
  /** Ours, of a response: why the request should not be repeated. */
  static final String NO_RETRY = "x-inboard-no-retry";

  /** HTTP's (RFC 9110 section 10.2.3), in seconds. */
  static final String RETRY_AFTER = "retry-after";

  /** Envoy's: a retry policy that does not name it leaves such an answer alone. */
  static final String RATE_LIMITED = "x-envoy-ratelimited";

  /** gRPC's (proposal A6): a negative one means never. */
  static final String GRPC_PUSHBACK = "grpc-retry-pushback-ms";

  private static final int RESPONDED = 1;
  private static final int ENDED = 2;

  private static final AtomicIntegerFieldUpdater<MeshInboundCall> PROGRESS =
      AtomicIntegerFieldUpdater.newUpdater(MeshInboundCall.class, "progress");

  private final Telemetry telemetry;
  private final Identity identity;
  private final InboundTls tls;
  private final Errors errors = new Errors();
  private final LongAdder requests = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private final InboundTraffic traffic;
  private final Deadlines deadlines;
  private final RateLimit rateLimit;
  private final Shedding shedding;

  /** Replaced whole by {@link #apply}. */
  private volatile Rules rules =
      new Rules(false, false, List.of(), new Authorization(List.of()), false, DeadlineSettings.OFF);

  /**
   * @param guards whether what requests say of their sender's identity is removed
   * @param unbelieved headers that a peer without an identity has no say by
   * @param signals whether callers are told not to repeat
   */
  private record Rules(
      boolean enabled,
      boolean guards,
      List<String> unbelieved,
      Authorization authorization,
      boolean signals,
      DeadlineSettings deadline) {}

  MeshInbound(Telemetry telemetry, Identity identity, InboundTls tls, InboundTraffic traffic) {
    this(telemetry, identity, tls, traffic, Clock.SYSTEM);
  }

  /** For time that is handed in. */
  MeshInbound(
      Telemetry telemetry, Identity identity, InboundTls tls, InboundTraffic traffic, Clock clock) {
    this.telemetry = telemetry;
    this.traffic = traffic;
    this.identity = identity;
    this.tls = tls;
    this.deadlines = new Deadlines(clock);
    this.rateLimit = new RateLimit(clock);
    this.shedding = new Shedding(clock);
  }

  void apply(Settings settings) {
    rateLimit.apply(settings.inbound().server());
    shedding.apply(settings.resilience(), settings.inbound().server());
    boolean resilience = settings.resilience().enabled();
    DeadlineSettings deadline =
        resilience ? settings.resilience().deadline() : DeadlineSettings.OFF;
    rules =
        new Rules(
            settings.enabled(),
            settings.guardsIdentity(),
            resilience ? Deadlines.unbelieved(deadline) : List.of(),
            new Authorization(settings.inbound().authorization()),
            resilience,
            deadline);
  }

  @Override
  public boolean disabled() {
    return !rules.enabled;
  }

  @Override
  public boolean guardsIdentity() {
    return rules.guards;
  }

  @Override
  public InboundCall begin(InboundRequest request) {
    Rules now = rules;
    if (!now.enabled) {
      return InboundCall.UNTOUCHED;
    }
    requests.increment();
    count(request);
    CallerTerms terms = terms(now.deadline, request);
    Verdict verdict = judge(now.authorization, request);
    Admission admission = null;
    if (verdict instanceof Verdict.Deny) {
      denied.increment();
    } else {
      verdict = limit(request);
    }
    if (verdict instanceof Verdict.Allow) {
      admission = admit(request, terms);
      verdict = admission == null ? verdict : admission.verdict();
    }
    if (verdict instanceof Verdict.Deny deny) {
      explain(request, deny);
    }
    return new MeshInboundCall(request, now, terms, verdict, admission);
  }

  private void count(InboundRequest request) {
    try {
      traffic.request(request, request.peer());
    } catch (RuntimeException | LinkageError e) {
      errors.add("counting a request", e);
    }
  }

  private void explain(InboundRequest request, Verdict.Deny deny) {
    try {
      traffic.denied(request, request.peer(), deny, tls.mode(request.localPort()));
    } catch (RuntimeException | LinkageError e) {
      errors.add("explaining a refusal", e);
    }
  }

  /** What the caller says is optional: without it the request is served all the same. */
  private CallerTerms terms(DeadlineSettings settings, InboundRequest request) {
    try {
      return deadlines.read(request, settings);
    } catch (RuntimeException | LinkageError e) {
      errors.add("reading the terms of a caller", e);
      return CallerTerms.NONE;
    }
  }

  /** Null after an error of ours: the request is served without limits. */
  private Admission admit(InboundRequest request, CallerTerms terms) {
    try {
      return shedding.admit(request, terms);
    } catch (RuntimeException | LinkageError e) {
      errors.add("limiting requests", e);
      return null;
    }
  }

  private Verdict limit(InboundRequest request) {
    try {
      return rateLimit.judge(request);
    } catch (RuntimeException | LinkageError e) {
      errors.add("limiting the rate of requests", e);
      return Verdict.ALLOW;
    }
  }

  private Verdict judge(Authorization authorization, InboundRequest request) {
    try {
      return authorization.judge(request);
    } catch (RuntimeException | LinkageError e) {
      errors.add("authorizing a request", e);
      return new Verdict.Deny(503, "authorization: an error of ours");
    }
  }

  /** Null if the request is not traced. */
  private ServerTrace trace(InboundRequest request, CallerTerms terms, Verdict verdict) {
    if (Telemetry.unusable().isPresent()) {
      return null;
    }
    try {
      ServerTrace trace = telemetry.server(request, terms);
      if (verdict instanceof Verdict.Deny deny) {
        trace.deny(deny.reason());
      }
      return trace;
    } catch (RuntimeException | LinkageError e) {
      errors.add("tracing a request", e);
      return null;
    }
  }

  /** The kill switch ends authorization, not STRICT. */
  @Override
  public Optional<String> judgeConnection(int localPort, Optional<PeerIdentity> peer) {
    Rules now = rules;
    Optional<String> refusal;
    try {
      if (peer.isEmpty() && tls.mode(localPort) == Mode.STRICT) {
        refusal = Optional.of("inbound.mtls is STRICT, and the peer has proved no identity");
      } else if (now.enabled
          && now.authorization.judgeConnection(localPort, peer) instanceof Verdict.Deny deny) {
        refusal = Optional.of(deny.reason());
      } else {
        return Optional.empty();
      }
    } catch (RuntimeException | LinkageError e) {
      errors.add("authorizing a connection", e);
      refusal = Optional.of("authorization: an error of ours");
    }
    denied.increment();
    return refusal;
  }

  @Override
  public boolean failsClosed(int localPort) {
    Rules now = rules;
    return tls.mode(localPort) == Mode.STRICT || (now.enabled && now.authorization.present());
  }

  public InboundStatus status(Settings settings) {
    InboundTraffic.Status arrived = traffic.status(tls::mode);
    return new InboundStatus(
        settings.inbound().mtls().name(),
        settings.inbound().authorization().size(),
        arrived.connectionsRefused(),
        requests.sum(),
        denied.sum(),
        rateLimit.status(),
        shedding.status(),
        deadlines.untrusted(),
        deadlines.malformed(),
        errors.count(),
        arrived);
  }

  /**
   * The inbound side, for {@code status}. Counters run since the start of the JVM.
   *
   * @param connectionsRefused before they had a request: plaintext in STRICT, handshakes that
   *     failed
   * @param denied by authorization
   * @param rateLimit requests in a time
   * @param deadlinesUntrusted deadlines of unknown callers, which were ignored
   * @param deadlinesMalformed deadlines that could not be read
   * @param traffic port by port, and what was refused
   */
  public record InboundStatus(
      String mtls,
      int authorizationRules,
      long connectionsRefused,
      long requests,
      long denied,
      RateLimit.Status rateLimit,
      Shedding.Status load,
      long deadlinesUntrusted,
      long deadlinesMalformed,
      long errors,
      InboundTraffic.Status traffic) {}

  private final class MeshInboundCall implements InboundCall {
    private final Rules rules;
    private final boolean grpc;

    /** What a call of gRPC has ended with. */
    private volatile int grpcStatus = GrpcStatus.NONE;

    private final CallerTerms terms;
    private final Verdict verdict;

    /** Null if the request was refused before, or not limited. */
    private final Admission admission;

    /** Null if the request is not traced. */
    private final ServerTrace trace;

    private final Optional<PeerIdentity> peer;

    /** {@link #RESPONDED} and {@link #ENDED}, once they are; an object less for each. */
    private volatile int progress;

    MeshInboundCall(
        InboundRequest request,
        Rules rules,
        CallerTerms terms,
        Verdict verdict,
        Admission admission) {
      this.rules = rules;
      this.grpc = GrpcStatus.isCall(request);
      this.terms = terms;
      this.verdict = verdict;
      this.admission = admission;
      this.trace = trace(request, terms, verdict);
      this.peer = request.peer();
    }

    /** Whether this step comes for the first time. */
    private boolean first(int step) {
      int before;
      do {
        before = progress;
        if ((before & step) != 0) {
          return false;
        }
      } while (!PROGRESS.compareAndSet(this, before, before | step));
      return true;
    }

    @Override
    public Verdict verdict() {
      return verdict;
    }

    @Override
    public Verdict waited(InboundRequest request, long nanos) {
      Verdict now = admission == null ? verdict : waited(admission, nanos);
      if (now instanceof Verdict.Deny deny) {
        explain(request, deny);
        deny(deny);
      }
      return now;
    }

    private Verdict waited(Admission admission, long nanos) {
      try {
        return admission.waited(terms, nanos);
      } catch (RuntimeException | LinkageError e) {
        errors.add("limiting requests", e);
        return Verdict.ALLOW;
      }
    }

    /** gRPC answers with 200, and says what it means in its trailers. */
    private int meant(int status) {
      int code = grpcStatus;
      return code == GrpcStatus.NONE ? status : GrpcStatus.toHttp(code);
    }

    private void deny(Verdict.Deny deny) {
      try {
        if (trace != null) {
          trace.deny(deny.reason());
        }
      } catch (RuntimeException | LinkageError e) {
        errors.add("tracing a request", e);
      }
    }

    /**
     * In every mode and on every port: an application that reads the header cannot tell by which
     * port a request came. Without identity and {@code inbound} in the settings it may be the word
     * of a proxy in front, which is not ours to remove. Of times the same holds: a gateway that
     * copies its request's headers would have its own calls obey a stranger.
     */
    @Override
    public void writeHeaders(HeaderSink request) {
      if (!rules.guards) {
        return;
      }
      if (peer.isEmpty()) {
        rules.unbelieved.forEach(request::remove);
      }
      try {
        Optional<KeyMaterial> own = identity.current();
        if (peer.isPresent() && own.isPresent()) {
          request.set(FORWARDED_CLIENT_CERT, ForwardedClientCert.of(peer.get(), own.get().id()));
          return;
        }
      } catch (RuntimeException | LinkageError e) {
        errors.add("telling the application who calls", e);
      }
      request.remove(FORWARDED_CLIENT_CERT);
    }

    @Override
    public Context context() {
      return trace == null ? new Untraced(terms) : trace.context();
    }

    /**
     * Repeating a request does not help once the calls that it needs have used up their own
     * repetitions: the caller is told with the error, or each tier multiplies the attempts of the
     * one above.
     */
    @Override
    public void respond(int status, HeaderSink response) {
      if (!first(RESPONDED)) {
        return;
      }
      if (admission != null) {
        admission.answered(status);
      }
      if (verdict instanceof Verdict.Deny deny && deny.retryAfterSeconds() > 0) {
        response.set(RETRY_AFTER, Integer.toString(deny.retryAfterSeconds()));
        response.set(RATE_LIMITED, "true");
      }
      String reason = terms.noRetry();
      if (rules.signals && status >= 500 && !reason.isEmpty()) {
        response.set(NO_RETRY, reason);
        if (grpc) {
          response.set(GRPC_PUSHBACK, "-1");
        }
      }
    }

    @Override
    public void grpcStatus(int code) {
      grpcStatus = code;
      if (trace != null) {
        trace.grpcStatus(code);
      }
    }

    @Override
    public void route(String template) {
      if (trace != null) {
        trace.route(template);
      }
    }

    @Override
    public void end(int status, Throwable error) {
      if (!first(ENDED)) {
        return;
      }
      if (admission != null) {
        admission.end(error == null ? meant(status) : 0);
      }
      try {
        if (trace != null) {
          trace.end(status, error);
        }
      } catch (RuntimeException | LinkageError e) {
        errors.add("tracing a request", e);
      }
    }
  }

  /** What a request carries when its trace could not begin. */
  private record Untraced(CallerTerms terms) implements Context {}
}

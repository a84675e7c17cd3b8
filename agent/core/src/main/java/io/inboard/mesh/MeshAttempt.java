// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.TlsPlan;
import io.inboard.policy.PolicyAttempt;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** One attempt of a {@link MeshCall}, with what the mesh adds to it: address, TLS, observer. */
final class MeshAttempt extends PolicyAttempt implements Attempt {
  /** Without an object of its own in every attempt. */
  private static final AtomicReferenceFieldUpdater<MeshAttempt, CallObserver.OfAttempt> OBSERVER =
      AtomicReferenceFieldUpdater.newUpdater(
          MeshAttempt.class, CallObserver.OfAttempt.class, "observer");

  private final MeshCall call;

  /** Set once, before the attempt is sent. */
  private Optional<Endpoint> endpoint;

  /** Null until the attempt begins, which is after its delay. Set once. */
  private volatile CallObserver.OfAttempt observer;

  MeshAttempt(MeshCall call) {
    this.call = call;
  }

  MeshCall call() {
    return call;
  }

  /** Says where to connect; empty when the library resolves the host as it always does. */
  void to(Optional<Endpoint> where) {
    endpoint = where;
  }

  @Override
  protected boolean begins() {
    if (observer != null) {
      return false;
    }
    CallObserver.OfAttempt o = call.observe(this);
    if (OBSERVER.compareAndSet(this, null, o)) {
      return true;
    }
    o.end(0, null, "abandoned"); // Another thread has given up in the meantime.
    return false;
  }

  @Override
  protected void ends(int status, Throwable error) {
    if (exhausted()) {
      observer().retriesExhausted();
    }
    observer().end(status, error, keyword());
  }

  @Override
  protected void givenUp() {
    // An attempt that never began is not seen.
    if (!OBSERVER.compareAndSet(this, null, CallObserver.OfAttempt.NONE)) {
      observer.end(0, null, "abandoned");
    }
  }

  /** Begins to be observed at the latest now. */
  private CallObserver.OfAttempt observer() {
    goesOut();
    return observer;
  }

  @Override
  public Optional<Endpoint> endpoint() {
    goesOutIfDue();
    return endpoint;
  }

  @Override
  public boolean meshRetries() {
    return true;
  }

  @Override
  public void writeHeaders(HeaderSink headers) {
    observer().writeHeaders(headers);
    call.decision().writeHeaders(this, headers);
  }

  @Override
  public long toldNanos() {
    return call.decision().toldNanos();
  }

  @Override
  public void connected(SSLSession session) {
    Optional<TlsPlan> plan = endpoint.flatMap(Endpoint::tls);
    if (session == null || plan.isEmpty()) {
      return;
    }
    try {
      observer().peer(plan.get().verify(session).id());
    } catch (SSLPeerUnverifiedException noIdentityToShow) {
      // The adapter has verified the connection, or it is TLS without identities (SIMPLE).
    }
  }

  @Override
  public void protocolVersion(String version) {
    observer().protocolVersion(version);
  }

  @Override
  public void grpcStatus(int code) {
    observer().grpcStatus(code);
  }
}

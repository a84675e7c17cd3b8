// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundRequest;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.IntFunction;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * The mesh behind a server's hooks, as a script: a test says what it decides, and reads what it was
 * told. Every field is a volatile of its own; a test changes them between requests.
 */
public final class ScriptedInbound implements Inbound, InboundTls, Contexts {
  private final ThreadLocal<Context> current = ThreadLocal.withInitial(() -> Context.NONE);
  private final List<SeenRequest> seen = new CopyOnWriteArrayList<>();
  private final List<RefusedConnection> refused = new CopyOnWriteArrayList<>();
  private final List<Boolean> accepted = new CopyOnWriteArrayList<>();
  private volatile InboundTls tls;
  private volatile IntFunction<Mode> modes = port -> Mode.PERMISSIVE;
  private volatile Function<InboundRequest, Verdict> verdicts = request -> Verdict.ALLOW;
  private volatile Function<Optional<PeerIdentity>, Optional<String>> connections =
      peer -> Optional.empty();
  private volatile Map<String, String> toRespond = Map.of();
  private volatile boolean beginFails;
  private volatile boolean failsClosed;
  private volatile boolean disabled;
  private volatile boolean guards;
  private volatile boolean headersFail;
  private volatile int handshakeMillis = 10_000;

  /**
   * @param tls makes engines and reads peers
   */
  public ScriptedInbound(InboundTls tls) {
    this.tls = tls;
  }

  /** Puts itself behind the hooks of this JVM. */
  public ScriptedInbound serve() {
    Inboard.serve(new Inboard.Core(Outbound.PASS, this, this, this));
    return this;
  }

  /** The context of the thread that asks: the request that it works for. */
  public static Optional<SeenRequest> requestOfThisThread() {
    return Inboard.contexts().current() instanceof SeenRequest request
        ? Optional.of(request)
        : Optional.empty();
  }

  /** From now on connections get their engines from there: a rotation. */
  public void tls(InboundTls next) {
    tls = next;
  }

  /** How all ports treat new connections. */
  public void mode(Mode mode) {
    modes = port -> mode;
  }

  /** How each port treats new connections. */
  public void modes(IntFunction<Mode> byPort) {
    modes = byPort;
  }

  /** Answers these requests with a verdict. */
  public void verdicts(Function<InboundRequest, Verdict> verdicts) {
    this.verdicts = verdicts;
  }

  /** Says of connections whose requests are not seen why they are closed; empty: they are not. */
  public void connections(Function<Optional<PeerIdentity>, Optional<String>> refusals) {
    connections = refusals;
  }

  /** Refuses every request. */
  public void deny(int status) {
    verdicts = request -> new Verdict.Deny(status, "a test says so");
  }

  /** Adds a header to every response, unless the application has set it. */
  public void respondWith(String name, String value) {
    toRespond = Map.of(name, value);
  }

  /** Throws where it must not: at every response. */
  public void respondFails() {
    toRespond = Map.of("x-fails", "");
  }

  /** Throws where it must not: from the next {@link #begin} on. */
  public void beginFails(boolean fails) {
    beginFails = fails;
  }

  /** Throws where it must not: when the headers of a request are written. */
  public void headersFail(boolean fails) {
    headersFail = fails;
  }

  /** The kill switch: what {@link Inbound#disabled} answers. */
  public void disabled(boolean off) {
    disabled = off;
  }

  /** What {@link Inbound#guardsIdentity} answers. */
  public void guards(boolean guarded) {
    guards = guarded;
  }

  /** What {@link Inbound#failsClosed} answers. */
  public void failsClosed(boolean closed) {
    failsClosed = closed;
  }

  /** How long a handshake may take. */
  public void handshakeMillis(int millis) {
    handshakeMillis = millis;
  }

  /** Waits until so many connections were refused before they had a request. */
  public void refused(int count) {
    Eventually.eventually(() -> refused.size() == count, () -> refused + " refused, not " + count);
  }

  /** Waits until as many connections were refused for these reasons, in any order. */
  public void refusedFor(Refusal... reasons) {
    refused(reasons.length);
    List<Refusal> expected = new ArrayList<>(List.of(reasons));
    refused.forEach(r -> expected.remove(r.why()));
    if (!expected.isEmpty()) {
      throw new AssertionError(refused + " lack " + expected);
    }
  }

  /** Those that were refused before they had a request. */
  public List<RefusedConnection> refusedConnections() {
    return List.copyOf(refused);
  }

  /** Waits until so many connections were told by their first bytes, and are served. */
  public void accepted(int mutual, int plaintext) {
    Eventually.eventually(
        () ->
            accepted.size() == mutual + plaintext
                && accepted.stream().filter(m -> m).count() == mutual,
        () -> accepted + " (mutual?), not " + mutual + " mutual and " + plaintext + " plaintext");
  }

  /** A connection that was refused, as the adapter tells it. */
  public record RefusedConnection(int port, InetSocketAddress remote, Refusal why) {}

  /** Every request that began, in that order. */
  public List<SeenRequest> seen() {
    return List.copyOf(seen);
  }

  /** The only request that began, once it has ended. */
  public SeenRequest only() {
    Eventually.eventually(() -> seen.size() == 1 && !seen.get(0).ends().isEmpty(), () -> "" + seen);
    return seen.get(0);
  }

  /** The requests that began, once there are so many and all have ended. */
  public List<SeenRequest> ended(int count) {
    Eventually.eventually(
        () -> seen.size() == count && seen.stream().noneMatch(r -> r.ends().isEmpty()),
        () -> count + " requests ended, not " + seen);
    return seen();
  }

  @Override
  public boolean disabled() {
    return disabled;
  }

  @Override
  public boolean guardsIdentity() {
    return guards;
  }

  @Override
  public InboundCall begin(InboundRequest request) {
    if (beginFails) {
      throw new ScriptedFault("begin");
    }
    SeenRequest call = new SeenRequest(request, verdicts.apply(request), toRespond, headersFail);
    seen.add(call);
    return call;
  }

  @Override
  public Optional<String> judgeConnection(int localPort, Optional<PeerIdentity> peer) {
    return connections.apply(peer);
  }

  @Override
  public boolean failsClosed(int localPort) {
    return failsClosed;
  }

  @Override
  public Mode mode(int localPort) {
    return modes.apply(localPort);
  }

  @Override
  public SSLEngine engine(List<String> preferred, List<String> possible) throws SSLException {
    return tls.engine(preferred, possible);
  }

  @Override
  public Optional<PeerIdentity> peer(SSLSession session) {
    return tls.peer(session);
  }

  @Override
  public void accepted(int localPort, boolean mutual) {
    accepted.add(mutual);
  }

  @Override
  public void refused(int localPort, InetSocketAddress remote, Refusal why) {
    refused.add(new RefusedConnection(localPort, remote, why));
  }

  @Override
  public int handshakeMillis() {
    return handshakeMillis;
  }

  @Override
  public Context current() {
    return current.get();
  }

  @Override
  public Scope activate(Context context) {
    Context outer = current.get();
    current.set(context);
    return () -> current.set(outer);
  }
}

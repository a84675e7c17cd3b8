// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.balance.Chance;
import io.inboard.call.Call;
import io.inboard.call.CallerTerms;
import io.inboard.call.Contexts;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import io.inboard.discovery.Discovery;
import io.inboard.discovery.EndpointSources;
import io.inboard.discovery.Names;
import io.inboard.policy.AtHost;
import io.inboard.policy.DestinationPolicy;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.UnknownClients;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.ResilienceSettings.LibraryRetries;
import io.inboard.settings.Settings;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The calls that leave this JVM. A call reads one volatile, finds its destination and proceeds;
 * settings change by exchanging the snapshot, and what was learnt of a destination and its
 * endpoints (requests in flight, ejections, the breaker, counters) goes over by name and address.
 *
 * <p>A host that matches no destination is traced and otherwise left alone. So is {@code https} of
 * the application, and what it sends through a proxy: its own TLS and its own way stay its own, and
 * with them where it connects. What must be encrypted by us is refused to a proxy, which would see
 * it in the clear.
 */
public final class MeshOutbound implements Outbound {
  /** What becomes of calls whose library opens connections without a request. */
  private static final String ONE_ENDPOINT =
      "connections, each with one endpoint; calls on them are not balanced, repeated or bounded";

  private final Errors errors = new Errors();
  private final MeshCall.Means means;
  private final StrayCalls strays = new StrayCalls();
  private final Unmeshed connections = new Unmeshed();
  private final UnsecuredCalls unsecured = new UnsecuredCalls();
  private final OwnTls ownTls = new OwnTls();
  private final LibraryRetryCounts libraryRetryCounts = new LibraryRetryCounts();
  private final TlsPlans tls;
  private final SafeObserver observer;
  private final Contexts contexts;
  private final Discovery discovery;
  private final EndpointSources sources;
  private final FoundEndpoints found;
  private final Clock clock;
  private final Timer timer;
  private final Chance chance;

  /** Whether threads may be started. Guarded by this object's lock. */
  private boolean started;

  /** Replaced by {@link #apply} only, which is synchronized. */
  private volatile Snapshot snapshot = Snapshot.OFF;

  /**
   * For the JVM's clock, timer, resolver and randomness. Leaves calls alone until settings come.
   */
  public MeshOutbound(TlsPlans tls, CallObserver observer, Contexts contexts) {
    this(tls, observer, contexts, new FoundEndpoints());
  }

  /** The same; tells what it finds for destinations whose TLS is MUTUAL. */
  MeshOutbound(TlsPlans tls, CallObserver observer, Contexts contexts, FoundEndpoints found) {
    this(
        tls,
        observer,
        contexts,
        Discovery.of(Names.ofTheJvm(), Timer.PROCESS, Clock.SYSTEM),
        found,
        Clock.SYSTEM,
        Timer.PROCESS,
        Chance.THREAD);
  }

  /** For names, time and randomness that are handed in. */
  public MeshOutbound(
      TlsPlans tls,
      CallObserver observer,
      Contexts contexts,
      Names names,
      Clock clock,
      Timer timer,
      Chance chance) {
    this(
        tls,
        observer,
        contexts,
        Discovery.of(names, timer, clock),
        new FoundEndpoints(),
        clock,
        timer,
        chance);
  }

  /**
   * For all that finds endpoints, handed in with time and randomness.
   *
   * @param found is told what that finds for destinations whose TLS is MUTUAL
   */
  public MeshOutbound(
      TlsPlans tls,
      CallObserver observer,
      Contexts contexts,
      Discovery discovery,
      FoundEndpoints found,
      Clock clock,
      Timer timer,
      Chance chance) {
    this(tls, observer, contexts, discovery, discovery, found, clock, timer, chance);
  }

  /** For sources of endpoints that are handed in, too. */
  public MeshOutbound(
      TlsPlans tls,
      CallObserver observer,
      Contexts contexts,
      Names names,
      EndpointSources sources,
      Clock clock,
      Timer timer,
      Chance chance) {
    this(
        tls,
        observer,
        contexts,
        Discovery.of(names, timer, clock),
        sources,
        new FoundEndpoints(),
        clock,
        timer,
        chance);
  }

  private MeshOutbound(
      TlsPlans tls,
      CallObserver observer,
      Contexts contexts,
      Discovery discovery,
      EndpointSources sources,
      FoundEndpoints found,
      Clock clock,
      Timer timer,
      Chance chance) {
    this.tls = tls;
    this.observer = new SafeObserver(observer, errors);
    this.contexts = contexts;
    this.discovery = discovery;
    this.sources = sources;
    this.found = found;
    this.clock = clock;
    this.timer = timer;
    this.chance = chance;
    this.means = new MeshCall.Means(errors, timer);
  }

  /** Begins to look for endpoints; after premain, since it needs threads. */
  public synchronized void start() {
    started = true;
    discovery.active(snapshot.enabled());
  }

  /** Serves calls that begin from now on by these settings; calls under way keep theirs. */
  public synchronized void apply(Settings settings) {
    Map<String, Destination> before = new HashMap<>();
    for (Snapshot.Entry e : snapshot.entries()) {
      before.put(e.destination().name(), e.destination());
    }
    discovery.interval(settings.reload().interval());
    List<Snapshot.Entry> entries = new ArrayList<>();
    boolean untimed = settings.resilience().deadline().mode() == DeadlineSettings.Mode.OFF;
    for (DestinationSettings given : settings.destinations()) {
      boolean on = settings.resilience().enabled() && given.resilience();
      DestinationSettings timed =
          untimed && given.deadlineMode().isEmpty() ? given.withoutDeadlines() : given;
      DestinationSettings d = on ? timed : timed.withoutResilience();
      // Removed, so that a name that stands there twice does not share its state.
      Optional<Destination> old = Optional.ofNullable(before.remove(d.name()));
      entries.add(
          new Snapshot.Entry(
              d.host(),
              d.port(),
              Destination.of(
                  d,
                  settings.service().zone(),
                  old,
                  discovery.names(),
                  tls,
                  clock,
                  timer,
                  chance)));
    }
    Map<String, Destination> now = new HashMap<>();
    for (Snapshot.Entry e : entries) {
      now.put(e.destination().name(), e.destination());
    }
    EndpointMatches byEndpoint = new EndpointMatches(clock);
    for (Snapshot.Entry e : entries) {
      e.destination().link(now);
      e.destination().subscribe(sources, found, byEndpoint);
    }
    byEndpoint.publish(snapshot.byEndpoint());
    ResilienceSettings resilience = settings.resilience();
    boolean governsAll =
        resilience.enabled() && resilience.libraryRetries() == LibraryRetries.DISABLE;
    List<Snapshot.Entry> old = snapshot.entries();
    snapshot =
        new Snapshot(
            settings.enabled(), governsAll, entries, byEndpoint, GuardedHosts.of(settings, found));
    // After the new ones have subscribed: a name that both want stays known.
    for (Snapshot.Entry e : old) {
      e.destination().close();
    }
    found.retain(now.keySet());
    discovery.active(started && settings.enabled());
  }

  @Override
  public boolean disabled() {
    return !snapshot.enabled();
  }

  @Override
  public Call begin(OutboundRequest request) {
    Snapshot s = snapshot;
    if (!s.enabled()) {
      return Call.UNTOUCHED;
    }
    Optional<Destination> found = destination(s, request);
    OutboundRequest asked = request;
    if (found.isEmpty()) {
      EndpointMatches.Match match = byEndpoint(s, request);
      if (match != null) {
        found = Optional.of(match.destination());
        asked = new AtHost(request, match.destination().host(), match.addresses());
      }
    }
    if (request.kind() != OutboundRequest.Kind.CALL) {
      return ofConnection(s, found, request, asked);
    }
    // A proxy is asked for last: only some calls have a destination, and libraries must look it up.
    if (found.isEmpty() || request.proxied()) {
      return watched(s, found, request);
    }
    Destination destination = found.get();
    DestinationPolicy policy = policy(destination, asked);
    CallerTerms terms = contexts.current().terms();
    if (!terms.repeatedBy().isEmpty()) {
      libraryRetryCounts.countOuter(terms.repeatedBy(), destination.name());
    }
    CallObserver.OfCall observed = observer.call(request, Optional.of(policy.name()));
    return new MeshCall(destination, policy, asked, terms, observed, means);
  }

  /** Of a library whose connections are opened without a request. */
  private Call ofConnection(
      Snapshot s, Optional<Destination> found, OutboundRequest request, OutboundRequest asked) {
    boolean opens = request.kind() == OutboundRequest.Kind.CONNECTION;
    if (found.isEmpty() || request.proxied()) {
      return opens ? Call.UNTOUCHED : watched(s, found, request);
    }
    Destination destination = found.get();
    if (!opens) {
      CallObserver.OfCall observed = observer.call(request, Optional.of(destination.name()));
      return new TracedCall(
          observed.attempt(1, "", Optional.empty()),
          TracedCall.Way.FREE,
          libraryRetryCounts,
          request,
          false);
    }
    connections.count("client", request.library(), destination.name(), ONE_ENDPOINT);
    return new MeshCall(
        destination,
        policy(destination, asked),
        asked,
        // Another try is another connection, if anybody makes one: no endpoint is chosen for it
        // now.
        contexts.current().terms().again(request.library()),
        CallObserver.OfCall.NONE,
        means);
  }

  private Call watched(Snapshot s, Optional<Destination> found, OutboundRequest request) {
    if (request.resent()) {
      libraryRetryCounts.count(request);
    }
    if (found.isPresent() && found.get().wantsTls()) {
      return RefusedCall.proxied(found.get(), observer.call(request, Optional.empty()));
    }
    Optional<String> refusal = found.isPresent() ? Optional.empty() : stray(s, request);
    return refusal.isPresent()
        ? RefusedCall.stray(refusal.get(), observer.call(request, Optional.empty()))
        : new TracedCall(
            observer.only(request), way(s, request), libraryRetryCounts, request, s.governsAll());
  }

  private DestinationPolicy policy(Destination destination, OutboundRequest request) {
    try {
      return destination.policy(request);
    } catch (RuntimeException | StackOverflowError e) {
      // A regular expression may be more than the stack can take; a library's view may throw.
      errors.add("routing a call", e);
      return destination.policy();
    }
  }

  private static Optional<Destination> destination(Snapshot s, OutboundRequest request) {
    return "http".equalsIgnoreCase(request.scheme())
        ? s.find(request.host(), request.port())
        : Optional.empty();
  }

  /**
   * The destination of a call that has the address of one of its endpoints in place of its host:
   * somebody in the application, a client-side balancer say, has chosen that.
   *
   * @return null: none
   */
  private static EndpointMatches.Match byEndpoint(Snapshot s, OutboundRequest request) {
    return "http".equalsIgnoreCase(request.scheme())
        ? s.byEndpoint().find(request.host(), request.port()).orElse(null)
        : null;
  }

  /**
   * Why a call of no destination must not be sent, be it through a proxy, which would see it in the
   * clear; https of the application is its own.
   */
  private Optional<String> stray(Snapshot s, OutboundRequest request) {
    if (!"http".equalsIgnoreCase(request.scheme())) {
      return Optional.empty();
    }
    try {
      return strays.judge(s.guarded(), request);
    } catch (RuntimeException | LinkageError e) {
      errors.add("looking for the endpoint of a call", e);
      return s.guarded().refusesAny()
          ? Optional.of("no call to " + request.host() + ": an error of ours")
          : Optional.empty();
    }
  }

  /** Where a call of no destination must not be led; https of the application is its own. */
  private TracedCall.Way way(Snapshot s, OutboundRequest request) {
    GuardedHosts guarded = s.guarded();
    if (guarded.isEmpty()) {
      return TracedCall.Way.FREE;
    }
    if (!"http".equalsIgnoreCase(request.scheme())) {
      ownTls.add(request.host(), request.port());
      return TracedCall.Way.FREE;
    }
    return guarded.endpoint(request.host(), request.port()).isPresent()
        ? TracedCall.Way.FREE // Counted and named already.
        : remote -> astray(guarded, request, remote);
  }

  private Optional<String> astray(
      GuardedHosts guarded, OutboundRequest request, SocketAddress remote) {
    try {
      return remote instanceof InetSocketAddress connected
          ? strays.judge(guarded, request, connected).map("inboard: "::concat)
          : Optional.empty();
    } catch (RuntimeException | LinkageError e) {
      errors.add("looking where a call is led", e);
      return guarded.refusesAny()
          ? Optional.of("inboard: no call to " + request.host() + ": an error of ours")
          : Optional.empty();
    }
  }

  /**
   * Whether the application has called https there, so that a connection of a hooked client has TLS
   * of its own.
   */
  public boolean hasOwnTls(InetSocketAddress remote) {
    return ownTls.has(remote.getHostString(), remote.getPort());
  }

  @Override
  public boolean mustEncrypt(String host, int port) {
    Snapshot s = snapshot;
    return s.enabled()
        && (s.find(host, port)
                .or(() -> s.byEndpoint().find(host, port).map(EndpointMatches.Match::destination))
                .filter(Destination::wantsTls)
                .isPresent()
            || s.guarded()
                .endpoint(host, port)
                .filter(d -> d.unknownClients() == UnknownClients.REFUSE)
                .isPresent());
  }

  @Override
  public String unsecured(String library, String host, int port, String why) {
    String what =
        library
            + " did not send to "
            + host
            + ':'
            + port
            + ", since that would have been in the clear: "
            + why;
    try {
      Snapshot s = snapshot;
      String destination =
          s.find(host, port)
              .or(() -> s.byEndpoint().find(host, port).map(EndpointMatches.Match::destination))
              .map(Destination::name)
              .or(() -> s.guarded().named(host, port))
              .orElse(host);
      what = "destination " + destination + ": " + what;
      unsecured.refused(library, destination, what);
    } catch (RuntimeException | LinkageError e) {
      errors.add("telling of a call that was not secured", e);
    }
    return "inboard: " + what;
  }

  /** With resilience switched off, what a library does by itself is left to it. */
  @Override
  public boolean repeats(String host, int port) {
    Snapshot s = snapshot;
    return s.enabled()
        && (s.governsAll() || s.find(host, port).filter(Destination::repeats).isPresent());
  }

  /** How many pool keys a destination remembers. */
  int poolKeys(String destination) {
    return snapshot.entries().stream()
        .map(Snapshot.Entry::destination)
        .filter(d -> d.name().equals(destination))
        .mapToInt(Destination::poolKeys)
        .sum();
  }

  /** Where all destinations stand now. */
  public OutboundStatus status() {
    Snapshot s = snapshot;
    return new OutboundStatus(
        s.enabled(),
        s.entries().stream().flatMap(e -> e.destination().status().stream()).toList(),
        libraryRetryCounts.counts(),
        libraryRetryCounts.outerCounts(),
        Stream.of(strays.counts(), unsecured.counts(), connections.counts())
            .flatMap(List::stream)
            .toList(),
        discovery.names().status(),
        discovery.files().status(),
        errors.count());
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.InboundTls;
import io.inboard.call.Log;
import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import io.inboard.call.TlsPlan;
import io.inboard.identity.KeyMaterialSource.Update;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Who this JVM is, now. Replaces one generation by the next when its source has a whole, fitting
 * set of key, certificates and bundle; until then the last good one stays in force.
 *
 * <p>Reading from any thread costs one volatile read. {@link #settings} parses files only, so it
 * may run before the application's main method; {@link #watch} begins after it.
 */
public final class Identity implements AutoCloseable {
  private static final long POLL_MILLIS = 500;

  /** Bounds the number of hosts: a wildcard in the settings may match many. */
  private static final int MAX_PLANS = 1024;

  private final Clock clock;
  private final long pollMillis;
  private final Consumer<IdentityStatus> listener;
  private final ConcurrentMap<String, SimplePlan> simplePlans = new ConcurrentHashMap<>();

  // Written under this object's lock, read by any thread.
  private volatile Optional<Generation> generation = Optional.empty();
  private volatile IdentityStatus status = IdentityStatus.NONE;

  /** The first settings, whose source is still to be asked, by whoever needs it first. */
  private volatile IdentitySettings due;

  /** Null without an identity, or before it is asked. */
  private volatile KeyMaterialSource source;

  private final Consumer<String> warnings;

  // Guarded by this object's lock.
  private final ExpiryWarnings expiry = new ExpiryWarnings();
  private IdentitySettings settings = IdentitySettings.NONE;
  private long generations;
  private String said = "";
  private Optional<String> warning = Optional.empty();
  private boolean watched;
  private boolean closed;

  /** An identity without files yet. */
  public Identity() {
    this(Clock.systemUTC());
  }

  /** The same, by time that is handed in: what has expired is judged by it. */
  public Identity(Clock clock) {
    this(status -> {}, clock, POLL_MILLIS);
  }

  Identity(Consumer<IdentityStatus> listener, Clock clock, long pollMillis) {
    this(listener, clock, pollMillis, Log::warn);
  }

  /**
   * For tests, which listen to the status.
   *
   * @param warnings of a certificate that nobody renews
   */
  Identity(
      Consumer<IdentityStatus> listener, Clock clock, long pollMillis, Consumer<String> warnings) {
    this.warnings = warnings;
    this.listener = listener;
    this.clock = clock;
    this.pollMillis = pollMillis;
  }

  /**
   * Takes the first settings, before the application's main method: their source is asked by {@link
   * #watch}, or by the first who asks. X.509 and keys load some 200 classes of the JDK, which may
   * well do so while main begins.
   */
  public synchronized void begin(IdentitySettings first) {
    settings = first;
    due = first.present() ? first : null;
  }

  /** Of the first settings, if they are still due. The source is asked without a lock of ours. */
  private void ready() {
    IdentitySettings first = due;
    if (first == null) {
      return;
    }
    KeyMaterialSource asked = of(first);
    if (asked == null) {
      return; // Other settings have come in between.
    }
    try {
      start(asked);
    } finally {
      answered(first);
    }
  }

  private void start(KeyMaterialSource asked) {
    try {
      asked.start(update -> told(asked, update));
    } catch (RuntimeException e) {
      // The type only, as a message could quote a file.
      told(asked, new Update.Problem("the files cannot be read: " + e.getClass()));
    }
  }

  /** Null: these settings are not in force any more. */
  private synchronized KeyMaterialSource of(IdentitySettings wanted) {
    if (wanted != settings) {
      return null;
    }
    if (source == null) {
      source = source(wanted);
    }
    return source;
  }

  /** Of settings that are {@link IdentitySettings#present}. */
  private KeyMaterialSource source(IdentitySettings wanted) {
    if (wanted instanceof IdentitySettings.InFiles files) {
      return new PemFilesSource(files, clock, pollMillis);
    }
    throw new IllegalArgumentException("no source of key material for " + wanted.getClass());
  }

  private synchronized void answered(IdentitySettings first) {
    if (due == first) {
      due = null;
    }
  }

  /**
   * Takes (other) settings, and asks their source now. If what it has cannot be used, one line says
   * why, and the generation in force stays; no identity in the settings ends it. One thread at a
   * time.
   */
  public void settings(IdentitySettings changed) {
    KeyMaterialSource next;
    boolean watch;
    synchronized (this) {
      // Compared by identity first: the first equals of a record costs milliseconds, and this may
      // run before main.
      if (changed == settings || (settings != IdentitySettings.NONE && changed.equals(settings))) {
        return;
      }
      due = null;
      settings = changed;
      warning = Optional.empty();
      if (source != null) {
        source.close();
        source = null;
      }
      if (!changed.present()) {
        said = "";
        generation = Optional.empty();
        publish(Optional.empty());
        return;
      }
      next = of(changed);
      watch = watched && !closed;
    }
    start(next);
    if (watch) {
      next.watch(update -> told(next, update));
    }
  }

  /** Begins to watch the source, on a daemon thread; idempotent. */
  public void watch() {
    KeyMaterialSource now;
    synchronized (this) {
      watched = true;
      now = settings.present() && !closed ? of(settings) : null;
    }
    if (now != null) {
      now.watch(update -> told(now, update));
    }
  }

  /** Ends the watch; what is in force stays. */
  @Override
  public synchronized void close() {
    closed = true;
    if (source != null) {
      source.close();
    }
  }

  /** The material in force; empty without a usable identity. */
  public Optional<KeyMaterial> current() {
    Optional<Generation> current = generation();
    return current.isEmpty() ? Optional.empty() : Optional.of(current.get().material());
  }

  /**
   * Shakes hands with this JVM itself, in memory, so that the first connection does not load what
   * that takes. Nothing in force is touched. For a thread of its own: it takes a while.
   *
   * @return whether it went well; false without a usable identity
   */
  public boolean rehearse() {
    Optional<Generation> current = generation();
    if (current.isEmpty() || current.get().expired()) {
      return false;
    }
    try {
      return HandshakeRehearsal.with(current.get().material(), clock);
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      return false; // Whoever connects in earnest is told why.
    }
  }

  /** How it stands now. */
  public IdentityStatus status() {
    ready();
    return status;
  }

  /**
   * How to secure connections to a destination now. The same object for the same arguments until
   * the next generation, another one then: pool keys may compare plans by identity.
   *
   * @param mode SIMPLE or MUTUAL
   * @param logicalHost as in the application's URL
   * @param principals whom to expect; empty: any of our trust domain. Not used with SIMPLE
   * @throws SSLException MUTUAL without a usable identity; the message says why, and what to do
   */
  public TlsPlan clientPlan(TlsMode mode, String logicalHost, List<String> principals)
      throws SSLException {
    return switch (mode) {
      case SIMPLE -> simplePlan(logicalHost);
      case MUTUAL -> usable().plan(logicalHost, principals);
      case DISABLE -> throw new IllegalArgumentException("DISABLE has no plan");
    };
  }

  /**
   * TLS on the application's own ports, by the generation in force.
   *
   * @param settings the ones in force; asked for every connection
   */
  public InboundTls inboundTls(Supplier<InboundSettings> settings) {
    return inboundTls(settings, InboundTls.Listener.NONE);
  }

  /**
   * The same.
   *
   * @param listener told what becomes of each connection
   */
  public InboundTls inboundTls(Supplier<InboundSettings> settings, InboundTls.Listener listener) {
    return new MeshInboundTls(this, settings, clock, listener);
  }

  Optional<Generation> generation() {
    ready();
    return generation;
  }

  /** The generation in force, if peers can accept it. */
  Generation usable() throws SSLException {
    Optional<Generation> current = generation();
    if (current.isEmpty()) {
      String why = status.lastError().orElse("no identity is set");
      throw unusable("no usable identity for mutual TLS: " + why);
    }
    if (current.get().expired()) {
      throw unusable(expiry(current.get().material()));
    }
    return current.get();
  }

  private static SSLException unusable(String why) {
    return new SSLException(
        "inboard: " + why, new PeerRefusedException(Refusal.NO_IDENTITY_OF_OURS, why));
  }

  private TlsPlan simplePlan(String host) {
    SimplePlan plan = simplePlans.get(host);
    if (plan != null) {
      return plan;
    }
    if (simplePlans.size() >= MAX_PLANS) {
      simplePlans.clear();
    }
    return simplePlans.computeIfAbsent(host, SimplePlan::new);
  }

  /** What a source tells; nothing if it is not the one of the settings in force. */
  synchronized void told(KeyMaterialSource by, Update update) {
    if (by != source) {
      return;
    }
    if (update instanceof Update.Fresh fresh) {
      take(fresh.material());
    } else if (update instanceof Update.Same) {
      stillInForce();
      warnOfExpiry();
    } else if (update instanceof Update.Problem problem) {
      complain(problem.text());
      warnOfExpiry();
    } else if (update instanceof Update.Warning of) {
      warning = of.text();
      warning.ifPresent(text -> Log.warnOnce("key-file " + text, "identity: " + text));
      publish(status.lastError());
    }
  }

  /** For tests; null without one. */
  KeyMaterialSource source() {
    return source;
  }

  /** Looks once, as the watch does; for tests. */
  void look() {
    ready();
    if (source instanceof PemFilesSource now) {
      now.look(update -> told(now, update));
    }
  }

  /** As {@link #look}, at who may use the key. */
  void lookAtAccess() {
    if (source instanceof PemFilesSource now) {
      now.lookAtAccess(update -> told(now, update));
    }
  }

  private void warnOfExpiry() {
    Optional<Generation> current = generation;
    if (current.isPresent()) {
      expiry
          .due(current.get().material(), clock.instant())
          .ifPresent(line -> warnings.accept("identity: " + line));
    }
  }

  private void stillInForce() {
    Optional<Generation> current = generation;
    if (current.isPresent() && current.get().expired()) {
      complain(expiry(current.get().material()));
    } else if (status.lastError().isPresent()) {
      said = "";
      publish(Optional.empty());
    }
  }

  private void take(KeyMaterial fresh) {
    generations++;
    KeyMaterial material = fresh.numbered(generations);
    said = "";
    generation = Optional.of(new Generation(material, clock));
    if (generations > 1) {
      Log.info("identity: " + material);
    }
    publish(Optional.empty());
  }

  /** Logs a problem once; again only after another problem or a success. */
  private void complain(String problem) {
    if (problem.equals(said)) {
      return;
    }
    said = problem;
    String consequence =
        generation.isPresent() && !generation.get().expired()
            ? " (the last good identity stays in force)"
            : "";
    Log.warn("identity: " + problem + consequence);
    publish(Optional.of(problem));
  }

  private static String expiry(KeyMaterial material) {
    return "our own certificate, "
        + material.id()
        + ", expired at "
        + material.notAfter()
        + ": mutual TLS is refused until a new one is there";
  }

  private void publish(Optional<String> error) {
    if (generation.isEmpty()) {
      status = new IdentityStatus(Optional.empty(), Optional.empty(), 0, error, warning);
    } else {
      KeyMaterial material = generation.get().material();
      status =
          new IdentityStatus(
              Optional.of(material.id()),
              Optional.of(material.notAfter()),
              material.generation(),
              error,
              warning);
    }
    listener.accept(status);
  }
}

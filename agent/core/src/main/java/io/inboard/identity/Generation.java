// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;

/**
 * One generation at work: the contexts and plans made of one {@link KeyMaterial}, each at its first
 * use. No context outlives its generation, so that no session is resumed across a rotation (a
 * resumed session asks no trust manager). Safe for use by any thread.
 */
final class Generation {
  /** How long a server resumes sessions at most, counted from the first handshake. */
  static final long RESUMPTION_MILLIS = 3_600_000;

  /** Bounds the number of destinations: a wildcard in the settings may match many. */
  private static final int MAX_PLANS = 1024;

  private final KeyMaterial material;
  private final Clock clock;
  private final PeerTrust trust;
  private final KeyManager[] keys;
  private final ConcurrentMap<Destination, MutualPlan> plans = new ConcurrentHashMap<>();

  /** Written under this object's lock. */
  private volatile ServerContext server;

  Generation(KeyMaterial material, Clock clock) {
    this.material = material;
    this.clock = clock;
    this.trust = new PeerTrust(material.bundles(), clock);
    this.keys = new KeyManager[] {new SingleKeyManager(material)};
  }

  KeyMaterial material() {
    return material;
  }

  PeerTrust trust() {
    return trust;
  }

  boolean expired() {
    return clock.instant().isAfter(material.notAfter());
  }

  MutualPlan plan(String host, List<String> principals) {
    Destination destination = new Destination(host, principals);
    MutualPlan plan = plans.get(destination);
    if (plan != null) {
      return plan;
    }
    if (plans.size() >= MAX_PLANS) {
      plans.clear();
    }
    return plans.computeIfAbsent(destination, d -> new MutualPlan(this, d.host(), d.principals()));
  }

  /** A context of its own for each plan, so that destinations share no session either. */
  SSLContext clientContext(SpiffeTrustManager.Expectation expectation)
      throws GeneralSecurityException {
    return context(expectation);
  }

  /**
   * The context for a new inbound connection. It is replaced after {@link #RESUMPTION_MILLIS}, or
   * as soon as the certificate of one of its peers expires: the JDK asks no trust manager for a
   * resumed session, and knows no timeout for a single one.
   */
  SSLContext serverContext() throws SSLException {
    ServerContext current = server;
    if (current == null || clock.millis() >= current.until.get()) {
      current = newServerContext();
    }
    return current.context;
  }

  /** Whether a session is of the context for new inbound connections: its peer was judged by us. */
  boolean began(SSLSession session) {
    ServerContext current = server;
    return current != null
        && session.getSessionContext() == current.context.getServerSessionContext();
  }

  /** Judges a client's chain as the handshake does. */
  void checkClient(X509Certificate[] chain) throws CertificateException {
    new SpiffeTrustManager(trust, peer -> {})
        .checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
  }

  private synchronized ServerContext newServerContext() throws SSLException {
    long now = clock.millis();
    if (server != null && now < server.until.get()) {
      return server;
    }
    AtomicLong until = new AtomicLong(now + RESUMPTION_MILLIS);
    try {
      SSLContext context =
          context(
              peer ->
                  until.accumulateAndGet(
                      peer.certificate().getNotAfter().toInstant().toEpochMilli(), Math::min));
      context.getServerSessionContext().setSessionTimeout((int) (RESUMPTION_MILLIS / 1000));
      server = new ServerContext(context, until);
      return server;
    } catch (GeneralSecurityException e) {
      throw new SSLException("inboard: this JVM cannot serve TLS: " + e.getMessage(), e);
    }
  }

  private SSLContext context(SpiffeTrustManager.Expectation expectation)
      throws GeneralSecurityException {
    return Jsse.context(keys, new TrustManager[] {new SpiffeTrustManager(trust, expectation)});
  }

  private record Destination(String host, List<String> principals) {}

  /**
   * @param until when no connection is begun with it any more, in milliseconds of the epoch
   */
  private record ServerContext(SSLContext context, AtomicLong until) {}
}

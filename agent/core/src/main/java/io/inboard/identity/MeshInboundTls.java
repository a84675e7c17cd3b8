// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.InboundTls;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** See {@link Identity#inboundTls}. Safe for use by any thread; holds no state of its own. */
final class MeshInboundTls implements InboundTls {
  private static final String PEER = "io.inboard.peer";
  private static final int HANDSHAKE_MILLIS = 10_000;

  private final Identity identity;
  private final Supplier<InboundSettings> settings;
  private final Clock clock;
  private final Listener listener;

  MeshInboundTls(
      Identity identity, Supplier<InboundSettings> settings, Clock clock, Listener listener) {
    this.listener = listener;
    this.identity = identity;
    this.settings = settings;
    this.clock = clock;
  }

  /** Without an identity PERMISSIVE accepts plaintext only, and STRICT nothing at all. */
  @Override
  public Mode mode(int localPort) {
    InboundSettings now = settings.get();
    // Asked for every request, and rarely set: no boxed port then.
    MtlsMode configured =
        now.portLevelMtls().isEmpty()
            ? now.mtls()
            : now.portLevelMtls().getOrDefault(localPort, now.mtls());
    return switch (configured) {
      case DISABLE -> Mode.DISABLE;
      case PERMISSIVE -> identity.generation().isPresent() ? Mode.PERMISSIVE : Mode.DISABLE;
      case STRICT -> Mode.STRICT;
    };
  }

  @Override
  public SSLEngine engine(List<String> preferred, List<String> possible) throws SSLException {
    SSLContext context = identity.usable().serverContext();
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    Jsse.restrict(parameters, context);
    parameters.setNeedClientAuth(true);
    parameters.setAlgorithmConstraints(OneHandshake.of(engine));
    engine.setSSLParameters(parameters);
    engine.setHandshakeApplicationProtocolSelector(
        ApplicationProtocols.selector(preferred, possible));
    return engine;
  }

  /**
   * A connection outlives generations: after a rotation its peer is judged once more, by the roots
   * that are in force then, as a new connection would be. Without a generation there is nobody to
   * judge by, and what was proved stays.
   */
  @Override
  public Optional<PeerIdentity> peer(SSLSession session) {
    Proven known = proven(session);
    Optional<Generation> current = identity.generation();
    if (current.isEmpty()) {
      return known == null ? Optional.empty() : known.at(clock.millis());
    }
    Generation now = current.get();
    if (known == null || known.by != now) {
      known = judged(session, now, known == null && now.began(session));
      session.putValue(PEER, known);
    }
    return known.at(clock.millis());
  }

  @Override
  public Refusal lapsed(SSLSession session) {
    Proven known = proven(session);
    return known == null ? Refusal.EXPIRED : known.lapsed;
  }

  private static Proven proven(SSLSession session) {
    return session.getValue(PEER) instanceof Proven proven ? proven : null;
  }

  /**
   * @param handshakeJudged whether the generation's own trust manager saw the chain
   */
  private static Proven judged(SSLSession session, Generation by, boolean handshakeJudged) {
    try {
      Certificate[] sent = session.getPeerCertificates();
      X509Certificate[] chain = new X509Certificate[sent.length];
      for (int i = 0; i < sent.length; i++) {
        if (!(sent[i] instanceof X509Certificate certificate)) {
          return Proven.nobody(by, Refusal.NO_SPIFFE_IDENTITY);
        }
        chain[i] = certificate;
      }
      if (!handshakeJudged) {
        by.checkClient(chain);
      }
      PeerIdentity peer = by.trust().identify(chain[0]);
      return new Proven(by, Optional.of(peer), Refusal.EXPIRED);
    } catch (SSLPeerUnverifiedException e) {
      return Proven.nobody(by, Refusal.NO_CERTIFICATE);
    } catch (CertificateException e) {
      Refusal why = Refusal.of(e);
      // Whoever shook hands was trusted then.
      return Proven.nobody(by, why == Refusal.UNTRUSTED_ROOT ? Refusal.NO_LONGER_TRUSTED : why);
    }
  }

  @Override
  public int handshakeMillis() {
    return HANDSHAKE_MILLIS;
  }

  @Override
  public void accepted(int localPort, boolean mutual) {
    listener.accepted(localPort, mutual);
  }

  @Override
  public void refused(int localPort, InetSocketAddress remote, Refusal why) {
    listener.refused(localPort, remote, why);
  }

  /**
   * Kept in the session; a connection may live longer than the certificate that began it.
   *
   * @param by who judged
   * @param peer empty: nobody whom that generation trusts
   * @param lapsed why there is nobody, or will be once the certificate has expired
   */
  private record Proven(Generation by, Optional<PeerIdentity> peer, Refusal lapsed) {
    static Proven nobody(Generation by, Refusal why) {
      return new Proven(by, Optional.empty(), why);
    }

    Optional<PeerIdentity> at(long millis) {
      return peer.filter(p -> millis <= p.certificate().getNotAfter().toInstant().toEpochMilli());
    }
  }
}

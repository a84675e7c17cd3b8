// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A client that trusts every server: what it is refused, the server refused. */
final class TrustingPlan extends ClientPlan {
  private final KeyMaterial material;

  TrustingPlan(KeyMaterial material) {
    super("payments");
    this.material = material;
  }

  /** Material that no reader would accept. */
  static KeyMaterial unchecked(DevelopmentCa.Issued issued) throws IdentityException {
    Pem chain = Pem.parse("chain", issued.chainPem().getBytes(StandardCharsets.US_ASCII));
    Pem key = Pem.parse("key", issued.keyPem().getBytes(StandardCharsets.US_ASCII));
    return unchecked(
        chain.certificates(), PrivateKeys.of(key, chain.certificates().get(0).getPublicKey()));
  }

  static KeyMaterial unchecked(List<X509Certificate> chain, PrivateKey key) {
    return new KeyMaterial(
        1, SpiffeId.parse(TestPeer.WEB), chain, key, TrustBundles.of("cluster.local", chain));
  }

  @Override
  SSLContext newContext() throws GeneralSecurityException {
    return Jsse.context(
        new KeyManager[] {new SingleKeyManager(material)}, new TrustManager[] {new Everyone()});
  }

  @Override
  String peerHost(InetSocketAddress endpoint) {
    return "payments";
  }

  @Override
  public void configure(SSLParameters parameters, List<String> applicationProtocols) {
    parameters.setApplicationProtocols(applicationProtocols.toArray(new String[0]));
  }

  @Override
  public PeerIdentity verify(SSLSession session) throws SSLPeerUnverifiedException {
    Certificate leaf = session.getPeerCertificates()[0];
    return new PeerIdentity("spiffe://anybody", (X509Certificate) leaf);
  }

  private static final class Everyone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

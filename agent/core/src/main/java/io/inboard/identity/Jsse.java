// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchProviderException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The JDK's TLS, with what the mesh asks of every connection. */
final class Jsse {
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private Jsse() {}

  /**
   * A new context. The JDK's own provider is asked for by name, since an application may have put
   * another one first; a JVM without it gives what it has.
   */
  static SSLContext context(KeyManager[] keys, TrustManager[] trust)
      throws GeneralSecurityException {
    SSLContext context;
    try {
      context = SSLContext.getInstance("TLS", "SunJSSE");
    } catch (NoSuchProviderException e) {
      context = SSLContext.getInstance("TLS");
    }
    context.init(keys, trust, null);
    return context;
  }

  /** Path validation against these roots, with the JDK's limits on algorithms. */
  static X509ExtendedTrustManager pkix(List<X509Certificate> roots)
      throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
    for (int i = 0; i < roots.size(); i++) {
      store.setCertificateEntry("root-" + i, roots.get(i));
    }
    TrustManagerFactory factory;
    try {
      factory = TrustManagerFactory.getInstance("PKIX", "SunJSSE");
    } catch (NoSuchProviderException e) {
      factory = TrustManagerFactory.getInstance("PKIX");
    }
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("this JVM has no X509ExtendedTrustManager");
  }

  /** TLS 1.3 and 1.2, and of 1.2 only suites with forward secrecy and AEAD (as RFC 9113 asks). */
  static void restrict(SSLParameters parameters, SSLContext context) {
    parameters.setProtocols(VERSIONS.clone());
    List<String> suites = new ArrayList<>();
    for (String suite : context.getDefaultSSLParameters().getCipherSuites()) {
      boolean tls13 = !suite.contains("_WITH_");
      boolean aead = suite.contains("_GCM_") || suite.contains("_CHACHA20_");
      if (aead && (tls13 || suite.startsWith("TLS_ECDHE_"))) {
        suites.add(suite);
      }
    }
    parameters.setCipherSuites(suites.toArray(new String[0]));
  }

  /**
   * The server name for a host, none where the host is an address or not a DNS name (RFC 6066
   * section 3). An empty list also keeps the JDK from choosing one by itself.
   */
  static List<SNIServerName> serverNames(String host) {
    boolean address =
        host.isEmpty() || host.indexOf(':') >= 0 || host.chars().allMatch(Jsse::digitOrDot);
    if (address) {
      return List.of();
    }
    try {
      return List.of(
          new SNIHostName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host));
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  private static boolean digitOrDot(int c) {
    return (c >= '0' && c <= '9') || c == '.';
  }
}

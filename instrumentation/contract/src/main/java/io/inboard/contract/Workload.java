// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.identity.DevelopmentCa;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a foreign peer would be: plain JSSE over PEM files, none of the mesh's own TLS.
 *
 * @param issued its certificate and key; empty: it has none
 * @param bundlePem whom it trusts
 */
public record Workload(Optional<DevelopmentCa.Issued> issued, String bundlePem) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** One with a certificate, which trusts the authority that issued it. */
  public static Workload of(DevelopmentCa.Issued issued) {
    return new Workload(Optional.of(issued), issued.bundlePem());
  }

  /** One without a certificate. */
  public static Workload anonymous(DevelopmentCa trusted) {
    return new Workload(Optional.empty(), trusted.bundlePem());
  }

  /** The same, trusting another authority. */
  public Workload trusting(DevelopmentCa trusted) {
    return new Workload(issued, trusted.bundlePem());
  }

  /** A fresh context, so that nothing is resumed from another one. */
  public SSLContext context() {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(keyStore(), PASSWORD);
      KeyStore roots = KeyStore.getInstance("PKCS12");
      roots.load(null, null);
      roots.setCertificateEntry("root", certificate(bundlePem));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Certificate and key as PKCS#12 with the password {@code changeit}. */
  public KeyStore keyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    if (issued.isPresent()) {
      Certificate[] chain = {certificate(issued.get().chainPem())};
      store.setKeyEntry("leaf", key(issued.get().keyPem()), PASSWORD, chain);
    }
    return store;
  }

  /** The path of a file with the {@link #keyStore}, for servers that take no other. */
  public String keyStoreFile() throws GeneralSecurityException, IOException {
    File file = TemporaryFiles.file("own", ".p12");
    try (OutputStream out = Files.newOutputStream(file.toPath())) {
      keyStore().store(out, PASSWORD);
    }
    return file.getPath();
  }

  private static Certificate certificate(String pem) throws GeneralSecurityException, IOException {
    try (InputStream in = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static PrivateKey key(String pem) throws GeneralSecurityException {
    String base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A server at 127.0.0.1 and a client that trust each other's own certificates, and nobody else's.
 */
public final class TlsPair {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final KeyStore serverKeys;
  private final KeyStore clientKeys;

  private TlsPair(KeyStore serverKeys, KeyStore clientKeys) {
    this.serverKeys = serverKeys;
    this.clientKeys = clientKeys;
  }

  public static TlsPair make(Path directory) throws Exception {
    return new TlsPair(
        keys(directory.resolve("server.p12")), keys(directory.resolve("client.p12")));
  }

  private static KeyStore keys(Path store) throws Exception {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=a collector",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-alias",
                "key",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(store.resolveSibling(store.getFileName() + ".log").toFile())
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  public SSLContext server() throws GeneralSecurityException, IOException {
    return context(serverKeys, clientKeys);
  }

  public SSLContext client() throws GeneralSecurityException, IOException {
    return context(clientKeys, serverKeys);
  }

  /** A client that trusts somebody else. */
  public SSLContext clientOfAnother() throws GeneralSecurityException, IOException {
    return context(clientKeys, clientKeys);
  }

  private static SSLContext context(KeyStore own, KeyStore others)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("other", others.getCertificate("key"));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, PASSWORD);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  public String serverPem() throws GeneralSecurityException {
    return pem("CERTIFICATE", serverKeys.getCertificate("key").getEncoded());
  }

  public String clientPem() throws GeneralSecurityException {
    return pem("CERTIFICATE", clientKeys.getCertificate("key").getEncoded());
  }

  public String clientKeyPem() throws GeneralSecurityException {
    return pem("PRIVATE KEY", clientKeys.getKey("key", PASSWORD).getEncoded());
  }

  private static String pem(String type, byte[] der) {
    List<String> lines = new ArrayList<>();
    lines.add("-----BEGIN " + type + "-----");
    lines.add(
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der));
    lines.add("-----END " + type + "-----");
    return String.join("\n", lines) + "\n";
  }
}

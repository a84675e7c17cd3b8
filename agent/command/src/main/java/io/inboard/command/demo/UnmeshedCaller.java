// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import io.inboard.identity.DevelopmentCa.Issued;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** A caller without a mesh: one GET over a socket of its own, in the clear or over TLS. */
final class UnmeshedCaller {
  private static final String CLOSED = "the connection was closed";
  private static final char[] NO_PASSWORD = new char[0];

  private UnmeshedCaller() {}

  /**
   * What a server did with a request.
   *
   * @param status 0 if it did not answer
   * @param text the body; why there is none
   */
  record Answer(int status, String text) {}

  /**
   * Asks in plaintext.
   *
   * @param traceparent empty for none
   * @param millis for the connection, and for every read
   */
  static Answer plain(int port, String path, String traceparent, int millis) {
    try (Socket socket = connect(port, millis)) {
      return ask(socket, path, traceparent);
    } catch (IOException e) {
      return new Answer(0, said(e));
    }
  }

  /**
   * Asks over TLS.
   *
   * @param client the certificate to show; empty for none
   */
  static Answer tls(int port, String path, String bundlePem, Optional<Issued> client, int millis) {
    try (Socket plain = connect(port, millis);
        Socket socket =
            context(bundlePem, client)
                .getSocketFactory()
                .createSocket(plain, "payments", port, true)) {
      return ask(socket, path, "");
    } catch (IOException | GeneralSecurityException e) {
      return new Answer(0, said(e));
    }
  }

  private static Socket connect(int port, int millis) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(millis);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
    return socket;
  }

  private static Answer ask(Socket socket, String path, String traceparent) throws IOException {
    String head =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + (traceparent.isEmpty() ? "" : "traceparent: " + traceparent + "\r\n")
            + "\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    InputStream in = socket.getInputStream();
    String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    int end = answer.indexOf("\r\n\r\n");
    if (end < 0 || !answer.startsWith("HTTP/1.")) {
      return new Answer(0, CLOSED);
    }
    return new Answer(Integer.parseInt(answer.substring(9, 12)), answer.substring(end + 4).strip());
  }

  private static SSLContext context(String bundlePem, Optional<Issued> client)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, NO_PASSWORD);
    for (Certificate root : certificates(bundlePem)) {
      trusted.setCertificateEntry("root", root);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
    own.load(null, NO_PASSWORD);
    if (client.isPresent()) {
      Certificate[] chain = certificates(client.get().chainPem()).toArray(new Certificate[0]);
      own.setKeyEntry("own", key(client.get().keyPem()), NO_PASSWORD, chain);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, NO_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static Collection<? extends Certificate> certificates(String pem)
      throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static PrivateKey key(String pem) throws GeneralSecurityException {
    String base64 = pem.replaceAll("-----[A-Z ]+-----", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
  }

  private static String said(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    int alert = message.indexOf("fatal alert: ");
    if (e instanceof SSLException && alert >= 0) {
      return "TLS alert " + message.substring(alert + "fatal alert: ".length());
    }
    // Which of them one sees depends on who was faster.
    boolean closed = message.startsWith("Connection reset") || message.startsWith("Broken pipe");
    return closed ? CLOSED : message;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The least of a WebSocket client (RFC 6455), over plaintext or mutual TLS: the JDK's own insists
 * on a host name in the server's certificate, which a SPIFFE certificate has not.
 */
public final class WebSocket implements AutoCloseable {
  private static final char[] NO_PASSWORD = new char[0];

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  private WebSocket(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    out.write(
        ("GET /ws HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==\r\n\r\n")
            .getBytes(US_ASCII));
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.readUnsignedByte());
    }
    if (!head.toString().startsWith("HTTP/1.1 101")) {
      throw new IOException("no upgrade: " + head);
    }
  }

  public static WebSocket plain(int port) throws IOException {
    return new WebSocket(new Socket("127.0.0.1", port));
  }

  public static WebSocket mutual(int port, Path identity) throws Exception {
    return new WebSocket(context(identity).getSocketFactory().createSocket("127.0.0.1", port));
  }

  /** One text message there (masked, as a client must), one back. */
  public String say(String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    out.writeByte(0x81);
    out.writeByte(0x80 | bytes.length);
    out.writeInt(0);
    out.write(bytes);
    out.flush();
    if (in.readUnsignedByte() != 0x81) {
      throw new IOException("not a whole text message");
    }
    return new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static SSLContext context(Path identity) throws Exception {
    CertificateFactory certificates = CertificateFactory.getInstance("X.509");
    String key = Files.readString(identity.resolve("key.pem")).replaceAll("-----.*-----|\\s", "");
    PrivateKey privateKey =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)));
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    try (InputStream chain = Files.newInputStream(identity.resolve("cert-chain.pem"))) {
      own.setKeyEntry(
          "own",
          privateKey,
          NO_PASSWORD,
          certificates.generateCertificates(chain).toArray(Certificate[]::new));
    }
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    try (InputStream bundle = Files.newInputStream(identity.resolve("root-cert.pem"))) {
      roots.setCertificateEntry("root", certificates.generateCertificate(bundle));
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, NO_PASSWORD);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}

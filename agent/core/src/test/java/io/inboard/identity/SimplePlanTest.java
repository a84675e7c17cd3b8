// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.TlsPlan;
import io.inboard.settings.DestinationSettings.TlsMode;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS without a certificate of ours, against a server of the JDK named payments. */
class SimplePlanTest {
  private static final String TRUST_STORE = "javax.net.ssl.trustStore";

  @TempDir File directory;

  private final Identity identity = new Identity();
  private SSLServerSocket server;
  private CompletableFuture<String> served;
  private String trustStoreBefore;

  @BeforeEach
  void start() throws Exception {
    OpenSsl.run(
        directory,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem"
            .concat(" -subj /CN=x -addext subjectAltName=DNS:payments -out cert.pem")
            .split(" "));
    List<X509Certificate> chain = Pem.read(new File(directory, "cert.pem")).certificates();
    PrivateKey key =
        PrivateKeys.of(Pem.read(new File(directory, "key.pem")), chain.get(0).getPublicKey());
    KeyManager[] keys = {new SingleKeyManager(TrustingPlan.unchecked(chain, key))};
    server =
        (SSLServerSocket)
            Jsse.context(keys, null)
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    server.setWantClientAuth(true);
    served = CompletableFuture.supplyAsync(this::serve);

    KeyStore store = KeyStore.getInstance("JKS");
    store.load(null, null);
    store.setCertificateEntry("root", chain.get(0));
    File file = new File(directory, "trust.jks");
    try (FileOutputStream out = new FileOutputStream(file)) {
      store.store(out, "changeit".toCharArray());
    }
    trustStoreBefore = System.getProperty(TRUST_STORE);
    System.setProperty(TRUST_STORE, file.getPath());
  }

  @AfterEach
  void stop() throws Exception {
    if (trustStoreBefore == null) {
      System.clearProperty(TRUST_STORE);
    } else {
      System.setProperty(TRUST_STORE, trustStoreBefore);
    }
    server.close();
  }

  private String serve() {
    try (SSLSocket socket = (SSLSocket) server.accept()) {
      socket.setSoTimeout(10_000);
      socket.startHandshake();
      try {
        return "client " + socket.getSession().getPeerPrincipal();
      } catch (SSLPeerUnverifiedException e) {
        return "client without a certificate";
      }
    } catch (IOException e) {
      return "failed " + e.getMessage();
    }
  }

  private SSLSocket connect(String host) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
    return plan(host).wrap(socket, List.of("h2", "http/1.1"), 10_000);
  }

  private TlsPlan plan(String host) throws SSLException {
    return identity.clientPlan(TlsMode.SIMPLE, host, List.of());
  }

  @Test
  void theJvmsTrustStoreAndTheHostNameJudgeTheServerAndWeShowNoCertificate() throws Exception {
    try (SSLSocket socket = connect("payments")) {
      assertThat(plan("payments").verify(socket.getSession()).principal()).isEqualTo("payments");
    }
    assertThat(served.get(20, TimeUnit.SECONDS)).isEqualTo("client without a certificate");
  }

  @Test
  void anotherHostNameIsRefused() throws Exception {
    assertThatThrownBy(() -> connect("orders"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("name matching orders");
    assertThat(served.get(20, TimeUnit.SECONDS)).startsWith("failed");
  }

  @Test
  void anUnknownAuthorityIsRefused() {
    System.clearProperty(TRUST_STORE);
    assertThatThrownBy(() -> connect("payments")).isInstanceOf(SSLException.class);
  }
}

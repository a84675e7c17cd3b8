// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdktls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.TestIdentity;
import io.inboard.contract.WovenJvm;
import io.inboard.identity.DevelopmentCa;
import java.io.File;
import java.io.IOException;
import java.net.IDN;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server of the JDK against openssl, which sends any server name. */
class SidecarServerNameTest {
  private static final String PAYMENTS = "spiffe://cluster.local/ns/shop/sa/pay";
  private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";

  @TempDir File directory;

  private final DevelopmentCa ca = DevelopmentCa.create();

  @BeforeEach
  void weave() throws Exception {
    WovenJvm.ensure();
    WovenJvm.takeTroubles();
    ca.issue(WEB).save(directory);
  }

  @AfterEach
  void noHookFailed() {
    assertThat(WovenJvm.takeTroubles()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "outbound_.80_._.pay.shop.svc.cluster.local",
        "outbound_.8080_.v2_.pay.shop.svc.cluster.local",
        "outbound|80||pay.shop.svc.cluster.local",
        "outbound|80||x",
        "pay.shop.svc.cluster.local",
        "pay"
      })
  void aSidecarsServerNameIsServed(String name) throws Exception {
    assertThat(handshake(name, "-tls1_3")).isEqualTo("served " + name);
    assertThat(handshake(name, "-tls1_2")).isEqualTo("served " + name);
  }

  @Test
  void otherIllegalNamesAreRefusedAsBefore() throws Exception {
    assertThat(handshake("my_service", "-tls1_3")).contains("Illegal server name");
  }

  @Test
  void applicationsKeepTheRulesForTheirOwnNames() {
    assertThatThrownBy(() -> new SNIHostName("my_service"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> IDN.toASCII("a_b", IDN.USE_STD3_ASCII_RULES))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> IDN.toASCII("myoutbound_.x", IDN.USE_STD3_ASCII_RULES))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(IDN.toASCII("b\u00fccher.example", IDN.USE_STD3_ASCII_RULES))
        .isEqualTo("xn--bcher-kva.example");
  }

  /** What a server of the JDK says of one connection of openssl with this server name. */
  private String handshake(String name, String version) throws Exception {
    try (SSLServerSocket listener =
        (SSLServerSocket)
            TestIdentity.of(ca, PAYMENTS)
                .context()
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listener.setNeedClientAuth(true);
      CompletableFuture<String> served = CompletableFuture.supplyAsync(() -> serve(listener));
      Process openssl =
          new ProcessBuilder(
                  "openssl",
                  "s_client",
                  "-connect",
                  "127.0.0.1:" + listener.getLocalPort(),
                  "-servername",
                  name,
                  version,
                  "-cert",
                  "cert-chain.pem",
                  "-key",
                  "key.pem")
              .directory(directory)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return served.get(20, TimeUnit.SECONDS);
      } finally {
        openssl.destroy();
        assertThat(openssl.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static String serve(SSLServerSocket listener) {
    try (SSLSocket socket = (SSLSocket) listener.accept()) {
      socket.setSoTimeout(10_000);
      socket.startHandshake();
      var names = ((ExtendedSSLSession) socket.getSession()).getRequestedServerNames();
      return "served " + new String(names.get(0).getEncoded(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return e.toString();
    }
  }
}

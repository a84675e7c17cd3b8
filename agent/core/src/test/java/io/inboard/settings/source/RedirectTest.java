// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.inboard.settings.source.SettingsSource.Answer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings over https, from a real server that sends its callers elsewhere. */
class RedirectTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path directory;

  private final List<String> askedInTheClear = new CopyOnWriteArrayList<>();
  private HttpServer clear;
  private HttpsServer secure;
  private OkHttpClient client;

  /** Where {@code /old} of the secure server points to. */
  private volatile String location;

  @BeforeEach
  void start() throws Exception {
    Path store = directory.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("mykey"));
    KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
    keyManagers.init(keys, PASSWORD);
    TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
    trustManagers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    client =
        new OkHttpClient.Builder()
            .sslSocketFactory(
                context.getSocketFactory(), (X509TrustManager) trustManagers.getTrustManagers()[0])
            .build();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    secure = HttpsServer.create(any, 0);
    secure.setHttpsConfigurator(new HttpsConfigurator(context));
    secure.createContext(
        "/old",
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    secure.createContext(
        "/new",
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write(new byte[] {'{', '}'});
          exchange.close();
        });
    secure.start();
    clear = HttpServer.create(any, 0);
    clear.createContext(
        "/",
        exchange -> {
          askedInTheClear.add(exchange.getRequestURI().getPath());
          boolean back = exchange.getRequestURI().getPath().equals("/back");
          if (back) {
            exchange.getResponseHeaders().set("Location", url(secure, "https") + "/new");
          }
          exchange.sendResponseHeaders(back ? 302 : 200, back ? -1 : 2);
          if (!back) {
            exchange.getResponseBody().write(new byte[] {'{', '}'});
          }
          exchange.close();
        });
    clear.start();
  }

  @AfterEach
  void stop() {
    secure.stop(0);
    clear.stop(0);
  }

  @Test
  void aRedirectWithinHttpsIsFollowed() {
    location = "/new";
    assertThat(read(url(secure, "https") + "/old")).isEqualTo(new Answer.Text("{}"));
  }

  @Test
  void aRedirectFromHttpsToHttpIsNot() {
    for (String path : List.of("/settings", "/back")) {
      location = url(clear, "http") + path;
      assertThat(read(url(secure, "https") + "/old"))
          .isInstanceOfSatisfying(
              Answer.Failed.class,
              failed -> assertThat(failed.problem()).startsWith("redirects from https to http"));
    }
    assertThat(askedInTheClear).isEmpty();
  }

  /** Not even a connection is made: the other one may stand behind a firewall that we are in. */
  @Test
  void aRedirectToAnotherServerIsNotFollowedAndSaysWhere() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String elsewhere = "https://localhost:" + other.getLocalPort();
      location = elsewhere + "/settings?token=hunter2";
      assertThat(read(url(secure, "https") + "/old"))
          .isInstanceOfSatisfying(
              Answer.Failed.class,
              failed ->
                  assertThat(failed.problem())
                      .startsWith("redirects to another server, " + elsewhere + ", which is not")
                      .doesNotContain("hunter2"));
      other.setSoTimeout(1);
      assertThatThrownBy(other::accept).isInstanceOf(SocketTimeoutException.class);
    }
    assertThat(read(url(clear, "http") + "/back"))
        .as("https at another port is another server")
        .isInstanceOf(Answer.Failed.class);
  }

  @Test
  void whoRedirectsToHimselfIsGivenUp() {
    location = "/old";
    assertThat(read(url(secure, "https") + "/old"))
        .isEqualTo(new Answer.Failed("redirects again and again; is the address right?"));
  }

  @ParameterizedTest(name = "from {0} to {1}: {2}")
  @CsvSource({
    "http://config/a, http://config/b, true",
    "http://config/a, https://config/a, true",
    "http://config:8080/a, https://config/a, false",
    "http://config/a, https://config:8443/a, false",
    "https://config/a, https://CONFIG:443/b, true",
    "https://config/a, https://config.evil.example/a, false",
    "https://config/a, https://config@evil.example/a, false",
    "https://config/a, https://config./a, false",
    "https://config/a, http://config:443/a, false",
    "http://127.0.0.1/a, http://localhost/a, false",
  })
  void onlyTheSameServerMayBeMeant(String from, String to, boolean may) {
    assertThat(UrlSource.mayFollow(HttpUrl.get(from), HttpUrl.get(to))).isEqualTo(may);
  }

  private Answer read(String url) {
    return new UrlSource(url, client).read(Duration.ofSeconds(10));
  }

  private static String url(HttpServer server, String scheme) {
    return scheme + "://localhost:" + server.getAddress().getPort();
  }
}

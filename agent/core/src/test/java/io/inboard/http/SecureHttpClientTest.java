// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import static io.inboard.http.ScriptedServer.OK;
import static io.inboard.http.ScriptedServer.Turn.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.AgentThreads;
import io.inboard.http.ScriptedServer.Asked;
import io.inboard.http.ScriptedServer.Turn;
import io.inboard.time.Clock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS, and by proxies. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SecureHttpClientTest {
  @TempDir private static Path directory;
  private static TlsPair tls;

  private final HttpClientTest.Moment moment = new HttpClientTest.Moment();
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void certificates() throws Exception {
    tls = TlsPair.make(directory);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private ScriptedServer plain(Turn... turns) throws IOException {
    ScriptedServer server = new ScriptedServer(turns);
    open.add(server);
    return server;
  }

  private ScriptedServer secure(Turn... turns) throws Exception {
    ScriptedServer server = new ScriptedServer(Optional.of(tls.server()), turns);
    open.add(server);
    return server;
  }

  /** The JVM's proxy, wherever the test says. */
  private static class By extends ProxySelector {
    private final List<Proxy> proxies;
    private final List<SocketAddress> failed = new CopyOnWriteArrayList<>();

    By(Proxy... proxies) {
      this.proxies = List.of(proxies);
    }

    @Override
    public List<Proxy> select(URI uri) {
      return proxies;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException error) {
      failed.add(address);
    }
  }

  private static Proxy proxy(int port) {
    return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("127.0.0.1", port));
  }

  private HttpAnswer send(URI uri, Tls with, ProxySelector by) throws IOException {
    HttpClient client =
        new HttpClient(uri, with, new Proxies(Optional.ofNullable(by)), 100, moment);
    open.add(client);
    return send(client);
  }

  private HttpAnswer send(HttpClient client) throws IOException {
    HttpRequest request =
        new HttpRequest(
            "POST", Map.of("X-Key", List.of("secret")), ScriptedServer.body(new byte[5]));
    try (Deadline deadline = new Deadline(moment, Clock.SYSTEM, Long.MAX_VALUE / 2)) {
      return client.send(request, deadline);
    }
  }

  private static Tls trusting() throws Exception {
    return new Tls(tls.client(), Optional.empty());
  }

  @Test
  void aServerThatIsTrustedIsAskedOverOneConnection() throws Exception {
    ScriptedServer server = secure(say(OK));
    HttpClient client =
        new HttpClient(server.uri("/"), trusting(), new Proxies(Optional.empty()), 100, moment);
    open.add(client);
    for (int i = 0; i < 3; i++) {
      assertThat(send(client).status()).isEqualTo(200);
    }
    assertThat(server.asked()).extracting(Asked::connection).containsOnly(1);
  }

  @Test
  void aServerThatClosedItsTlsHasANewConnection() throws Exception {
    ScriptedServer server =
        secure(
            peer -> {
              peer.write(OK);
              peer.socket().close();
            },
            say(OK));
    HttpClient client =
        new HttpClient(server.uri("/"), trusting(), new Proxies(Optional.empty()), 100, moment);
    open.add(client);
    send(client);
    assertThat(send(client).status()).isEqualTo(200);
    assertThat(server.asked()).extracting(Asked::connection).containsExactly(1, 2);
  }

  @Test
  void aServerOfAnotherAuthorityIsSentNothing() throws Exception {
    ScriptedServer server = secure(say(OK));
    Tls other = new Tls(tls.clientOfAnother(), Optional.empty());
    assertThatThrownBy(() -> send(server.uri("/"), other, null)).isInstanceOf(SSLException.class);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aServerOfAnotherNameIsSentNothing() throws Exception {
    ScriptedServer server = secure(say(OK));
    // The certificate is for 127.0.0.1 alone.
    URI byName = URI.create("https://localhost:" + server.port() + "/");
    assertThatThrownBy(() -> send(byName, trusting(), null)).isInstanceOf(SSLException.class);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aServerThatDoesNotShakeHandsIsLeftAtTheDeadline() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      AgentThreads.daemon(
              "test-silent",
              () -> {
                try {
                  silent.accept().getInputStream().read();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
                moment.comes();
              })
          .start();
      URI uri = URI.create("https://127.0.0.1:" + silent.getLocalPort() + "/");
      assertThatThrownBy(() -> send(uri, trusting(), null))
          .isInstanceOf(InterruptedIOException.class);
    }
  }

  @Test
  void aProxyIsAskedForTheWholeUrl() throws Exception {
    ScriptedServer proxy = plain(say(OK));
    send(URI.create("http://collector.invalid:4318/v1/traces"), null, new By(proxy(proxy.port())));
    Asked asked = proxy.asked().get(0);
    assertThat(asked.line()).isEqualTo("POST http://collector.invalid:4318/v1/traces HTTP/1.1");
    assertThat(asked.headers()).containsEntry("host", "collector.invalid:4318");
  }

  @Test
  void aProxyLeadsToAServerOfTlsAndSeesNoHeader() throws Exception {
    ScriptedServer server = secure(say(OK));
    ScriptedServer proxy = plain(ScriptedServer.Peer::tunnel);
    send(server.uri("/v1"), trusting(), new By(proxy(proxy.port())));
    assertThat(proxy.asked().get(0).line())
        .isEqualTo("CONNECT 127.0.0.1:" + server.port() + " HTTP/1.1");
    assertThat(proxy.asked().get(0).headers()).containsOnlyKeys("host");
    assertThat(server.asked().get(0).line()).isEqualTo("POST /v1 HTTP/1.1");
  }

  @Test
  void aProxyThatOpensNoWayIsNamed() throws Exception {
    ScriptedServer proxy = plain(say("HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n"));
    assertThatThrownBy(
            () ->
                send(
                    URI.create("https://collector.invalid/"),
                    trusting(),
                    new By(proxy(proxy.port()))))
        .hasMessageContaining("407");
  }

  @Test
  void theNextProxyIsTakenForOneThatIsDead() throws Exception {
    ScriptedServer proxy = plain(say(OK));
    // Bound and never listening: nobody answers, and nobody else is given the port meanwhile.
    try (Socket deaf = new Socket()) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int dead = deaf.getLocalPort();
      By selector = new By(proxy(dead), proxy(proxy.port()));
      send(URI.create("http://collector.invalid/"), null, selector);
      assertThat(proxy.asked()).hasSize(1);
      assertThat(selector.failed).containsExactly(proxy(dead).address());
    }
  }

  @Test
  void aSelectorSeesSchemeHostAndPortAlone() throws Exception {
    List<URI> seen = new CopyOnWriteArrayList<>();
    By selector =
        new By(proxy(1)) {
          @Override
          public List<Proxy> select(URI uri) {
            seen.add(uri);
            return super.select(uri);
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException error) {
            seen.add(uri);
          }
        };
    URI secret = URI.create("http://user:word@collector_1.invalid:4318/v1?key=secret");
    assertThatThrownBy(() -> send(secret, null, selector)).isInstanceOf(IOException.class);
    assertThat(seen).hasSize(2).containsOnly(URI.create("http://collector_1.invalid:4318"));
  }

  /** Handshake records are no data: a read goes from one to the next, and its bound begins anew. */
  @Test
  void aServerThatNeverFallsSilentIsLeftAtTheDeadline() throws Exception {
    HttpClientTest.Moment end = new HttpClientTest.Moment();
    CountDownLatch again = new CountDownLatch(1);
    ScriptedServer server =
        secure(
            peer -> {
              peer.write(OK);
              try {
                again.await();
              } catch (InterruptedException e) {
                throw new InterruptedIOException();
              }
              for (int i = 0; true; i++) {
                ((SSLSocket) peer.socket()).startHandshake(); // Of TLS 1.3: another key.
                if (i == 100) {
                  end.comes();
                }
              }
            });
    HttpClient client =
        new HttpClient(server.uri("/"), trusting(), new Proxies(Optional.empty()), 100, moment);
    open.add(client);
    send(client);
    HttpRequest request = new HttpRequest("GET", Map.of(), ScriptedServer.body(new byte[0]));
    try (Deadline deadline = new Deadline(end, Clock.SYSTEM, Long.MAX_VALUE / 2)) {
      again.countDown();
      assertThatThrownBy(() -> client.send(request, deadline))
          .isInstanceOf(InterruptedIOException.class);
    }
  }

  @Test
  void theJvmsProxyPropertiesAreObeyed() throws Exception {
    ScriptedServer proxy = plain(say(OK));
    URI uri = URI.create("http://collector.invalid/");
    System.setProperty("http.proxyHost", "127.0.0.1");
    System.setProperty("http.proxyPort", "" + proxy.port());
    try {
      send(uri, null, null);
      assertThat(proxy.asked()).hasSize(1);
      System.setProperty("http.nonProxyHosts", "*.invalid");
      assertThatThrownBy(() -> send(uri, null, null)).isInstanceOf(UnknownHostException.class);
      assertThat(proxy.asked()).hasSize(1);
    } finally {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
      System.clearProperty("http.nonProxyHosts");
    }
  }

  @Test
  void aSelectorThatFailsIsAnErrorOfTheRequestAlone() {
    ProxySelector broken =
        new By() {
          @Override
          public List<Proxy> select(URI uri) {
            throw new IllegalStateException("broken");
          }
        };
    assertThatThrownBy(() -> send(URI.create("http://127.0.0.1:1/"), null, broken))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("proxy selector");
  }
}

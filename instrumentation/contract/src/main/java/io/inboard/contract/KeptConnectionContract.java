// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server closes kept connections at all moments, and the settings repeat nothing. The library
 * alone would repeat what it did not send, and of what it sent, where it can, what is idempotent.
 */
public abstract class KeptConnectionContract extends MeshHarness {
  /** Most need a handshake of their own, some 20 ms; every library runs this on each version. */
  private static final int CALLS = 150;

  private static final String ZERO = "retries: {attempts: 0}";

  @ParameterizedTest(name = "secured: {0}")
  @CsvSource({"false", "true"})
  void withResilienceOffNoGetFails(boolean secured) throws Exception {
    needs(Capability.REPEATS);
    Closer server = server(secured, "resilience: {enabled: false}\n", "");
    Random random = new Random(5);
    for (int i = 0; i < CALLS; i++) {
      assertThat(send(Request.get(URL + "/" + i)).status()).isEqualTo(200);
      LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(3)));
    }
    assertThat(server.seen).hasSize(CALLS);
  }

  @ParameterizedTest(name = "{0}, secured: {1}, resilience off: {2}")
  @CsvSource({
    "GET, false, false",
    "GET, true, false",
    "POST, false, false",
    "POST, true, false",
    "POST, false, true",
    "POST, true, true"
  })
  void whatWasSentIsNotSentAgainAndOnlyWhatWasSentFails(String method, boolean secured, boolean off)
      throws Exception {
    Closer server =
        off ? server(secured, "resilience: {enabled: false}\n", "") : server(secured, "", ZERO);
    Random random = new Random(6);
    for (int i = 0; i < CALLS; i++) {
      String url = URL + "/" + i;
      try {
        send(method.equals("GET") ? Request.get(url) : Request.post(url, "body"));
      } catch (IOException e) {
        // The adapters' own word for a connection that was found dead before the first byte.
        assertThat(e).hasMessageNotContaining("before the request");
      }
      LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(3)));
    }
    assertThat(server.seen.values()).containsOnly(1);
  }

  /**
   * A peer says the end of TLS and leaves TCP open. What it reads after that is what was sent; a
   * call of which nothing was sent goes elsewhere, and so hardly any fails that it has not read.
   */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void atAnEndOfTlsOnlyWhatWasSentFails(String method) throws Exception {
    needs(Capability.SEES_END_OF_TLS);
    Closer server = server(true, "", ZERO);
    server.endsTlsOnly = true;
    Set<String> failed = new HashSet<>();
    Random random = new Random(7);
    for (int i = 0; i < CALLS; i++) {
      String url = URL + "/" + i;
      try {
        send(method.equals("GET") ? Request.get(url) : Request.post(url, "body"));
      } catch (IOException e) {
        failed.add("/" + i);
      }
      LockSupport.parkNanos(random.nextLong(TimeUnit.MICROSECONDS.toNanos(500)));
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!server.unanswered.containsAll(failed) && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    // A head that the library has queued when the end comes counts as sent: on a busy machine a few
    // were not.
    failed.removeAll(server.unanswered);
    assertThat(failed).hasSizeLessThanOrEqualTo(CALLS / 50);
    assertThat(server.seen.values()).containsOnly(1);
    assertThat(server.seen).doesNotContainKeys(server.unanswered.toArray(new String[0]));
  }

  private Closer server(boolean secured, String global, String more) throws Exception {
    Closer server = closing(new Closer(secured ? Optional.of(ORDERS) : Optional.empty()));
    if (secured) {
      CA.issue(CLIENT_ID).save(directory);
    }
    mesh(secured ? identity() + global : global, destination(more, server.address()));
    return server;
  }

  /** Answers, and closes the connection when for some milliseconds nothing more has come. */
  private static final class Closer implements AutoCloseable {
    /** How often each target arrived. */
    final Map<String, Integer> seen = new ConcurrentHashMap<>();

    /** What came after the end of TLS. */
    final Set<String> unanswered = ConcurrentHashMap.newKeySet();

    /** Whether to say the end of TLS after an answer, and to go on reading. */
    volatile boolean endsTlsOnly;

    private final ServerSocket listener;
    private final Optional<TestIdentity> identity;
    private final Random random = new Random(4);

    Closer(Optional<TestIdentity> identity) throws IOException {
      this.identity = identity;
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      daemon(this::accept);
    }

    private void accept() {
      while (!listener.isClosed()) {
        try {
          Socket socket = listener.accept();
          daemon(() -> serve(socket));
        } catch (IOException e) {
          return;
        }
      }
    }

    private void serve(Socket raw) {
      try (Socket socket = identity.isPresent() ? identity.get().accept(raw) : raw) {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        socket.setTcpNoDelay(true);
        for (boolean more = true; more; more = comesInTime(socket, in)) {
          String target = readRequest(in);
          if (target == null) {
            return;
          }
          seen.merge(target, 1, Integer::sum);
          out.write(
              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.UTF_8));
          out.flush();
          if (endsTlsOnly) {
            socket.shutdownOutput();
            for (String t = readRequest(in); t != null; t = readRequest(in)) {
              unanswered.add(t);
            }
            return;
          }
        }
      } catch (IOException e) {
        // The client went away.
      }
    }

    private boolean comesInTime(Socket socket, InputStream in) throws IOException {
      int millis;
      synchronized (random) {
        millis = 1 + random.nextInt(2);
      }
      in.mark(1);
      socket.setSoTimeout(millis);
      try {
        int first = in.read();
        in.reset();
        return first >= 0;
      } catch (SocketTimeoutException e) {
        return false;
      } finally {
        socket.setSoTimeout(0);
      }
    }

    /** Its target; null at the end of the connection. */
    private static String readRequest(InputStream in) throws IOException {
      String line = Origin.line(in);
      int length = 0;
      for (String h = line; h != null && !h.isEmpty(); h = Origin.line(in)) {
        if (h.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          length = Integer.parseInt(h.substring(h.indexOf(':') + 1).trim());
        }
      }
      return line == null || in.readNBytes(length).length < length ? null : line.split(" ")[1];
    }

    private static void daemon(Runnable task) {
      Thread thread = new Thread(task, "contract-closer");
      thread.setDaemon(true);
      thread.start();
    }

    InetSocketAddress address() {
      return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls.Mode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may hold a thread of the application's: a request. Not a connection that waits for one. */
public abstract class ServerThreadsContract extends ServerPathContract {
  /** Starts the server without TLS of its own, with these threads for its requests. */
  protected abstract RunningServer startWith(Executor threads) throws Exception;

  @ParameterizedTest(name = "{0}, secured: {1}")
  @CsvSource({"DISABLE, false", "PERMISSIVE, false", "PERMISSIVE, true", "STRICT, true"})
  void aKeptConnectionHoldsNoThread(Mode mode, boolean secured) throws Exception {
    mesh.mode(mode);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (RunningServer small = startWith(threads)) {
      keptConnectionsHoldNoThread(small.port(), secured, 3);
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Keeps as many connections as the server has threads, idle after a request, and asks for more;
   * then each of them is used again.
   */
  protected final void keptConnectionsHoldNoThread(int port, boolean secured, int threads)
      throws Exception {
    byte[] body = "body".getBytes(StandardCharsets.UTF_8);
    List<RawConnection> kept = new ArrayList<>();
    try {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < threads; i++) {
          RawConnection wire =
              secured ? RawConnection.tls(port, client) : RawConnection.plain(port);
          kept.add(wire);
          assertThat(wire.get("/hello").text()).isEqualTo("hello");
        }
      }
      for (int round = 0; round < 2; round++) {
        for (RawConnection wire : kept) {
          assertThat(wire.post("/echo", body).text()).isEqualTo("body");
          assertThat(wire.get("/hello").text()).isEqualTo("hello");
        }
      }
    } finally {
      for (RawConnection wire : kept) {
        wire.close();
      }
    }
  }

  @Test
  void halfHellosOfOnePeerLeaveThreadsForOthers() throws Exception {
    // Longer than the test waits for any answer.
    mesh.handshakeMillis(600_000);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<RawConnection> stalled = new ArrayList<>();
    try (RunningServer busy = startWith(threads)) {
      for (int i = 0; i < 20; i++) {
        RawConnection wire = RawConnection.plain(busy.port());
        stalled.add(wire);
        wire.send(new byte[] {0x16, 0x03, 0x01});
      }
      try (RawConnection plain = RawConnection.plain(busy.port());
          RawConnection other = RawConnection.tlsFrom("127.0.0.2", busy.port(), client)) {
        assertThat(plain.get("/hello").text()).isEqualTo("hello");
        assertThat(other.get("/hello").text()).isEqualTo("hello");
      }
    } finally {
      for (RawConnection wire : stalled) {
        wire.close();
      }
      threads.shutdownNow();
    }
    mesh.ended(2);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Curl;
import io.inboard.contract.Eventually;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ScriptedInbound;
import io.inboard.contract.ServerFixture;
import java.lang.ref.WeakReference;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A Jetty that was stopped, after it has served in every way. */
final class StoppedJettyTest extends ServerFixture {
  @Override
  protected RunningServer start() {
    // Each test starts its own.
    return new RunningServer() {
      @Override
      public int port() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  protected String library() {
    return "jetty";
  }

  @Test
  void nothingOfOursKeepsItsClassLoaderAlive() throws Exception {
    WeakReference<ClassLoader> loader = serveAndStop();
    // What the script remembers of the requests is the test's, not the mesh's.
    mesh = new ScriptedInbound(tlsOf(CA.issue(SERVER_ID))).serve();
    Eventually.eventually(
        () -> {
          System.gc();
          return loader.get() == null;
        },
        () -> "the end of " + loader.get());
  }

  private WeakReference<ClassLoader> serveAndStop() throws Exception {
    JettyLoader loader = new JettyLoader("12.0-ee10");
    try (RunningServer jetty = loader.start(Map.of("http2", "yes"))) {
      try (RawConnection plain = RawConnection.plain(jetty.port());
          RawConnection secured = RawConnection.tls(jetty.port(), client)) {
        for (RawConnection wire : new RawConnection[] {plain, secured}) {
          assertThat(wire.get("/hello").status()).isEqualTo(200);
          assertThat(wire.get("/async").status()).isEqualTo(200);
          wire.get("/throw");
        }
      }
      assertThat(Curl.with(client).get(jetty.port(), "/hello", "--http2")).isEqualTo("hello 2");
    }
    loader.close();
    return new WeakReference<>(loader);
  }
}

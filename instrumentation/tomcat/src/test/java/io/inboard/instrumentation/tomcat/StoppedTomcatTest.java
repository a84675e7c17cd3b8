// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

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

/** A Tomcat that was stopped, after it has served in every way. */
final class StoppedTomcatTest extends ServerFixture {
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
    return "tomcat";
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
    TomcatLoader loader = new TomcatLoader("10.1.61");
    try (RunningServer tomcat = loader.start(TomcatLoader.NIO, Map.of("http2", "yes"))) {
      try (RawConnection plain = RawConnection.plain(tomcat.port());
          RawConnection secured = RawConnection.tls(tomcat.port(), client)) {
        for (RawConnection wire : new RawConnection[] {plain, secured}) {
          assertThat(wire.get("/hello").status()).isEqualTo(200);
          assertThat(wire.get("/async").status()).isEqualTo(200);
          wire.get("/throw");
        }
      }
      assertThat(Curl.with(client).get(tomcat.port(), "/hello", "--http2")).isEqualTo("hello 2");
    }
    loader.close();
    return new WeakReference<>(loader);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.LargeBodies;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.WebSocket;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Upload, sendfile, streaming and WebSocket pass through the mesh as they are. */
class LargeBodiesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"boot-2.7, STRICT", "boot-3.5, PERMISSIVE", "boot-4, STRICT"})
  void bodiesAndWebSocketsAreWhole(String line, String mode) throws Exception {
    Pki pki = new Pki(directory);
    Path web = pki.issue("web");
    try (Service back =
        Service.boot(line, "pay", Jdks.own())
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound(mode))
            .start()) {
      LargeBodies.areWhole(Curl.Way.mutual(back, web));
      try (WebSocket socket = WebSocket.mutual(back.port(), web)) {
        assertThat(socket.say("hello")).isEqualTo("echo hello");
        assertThat(socket.say("again")).isEqualTo("echo again");
      }
      if (mode.equals("PERMISSIVE")) {
        LargeBodies.areWhole(Curl.Way.plain(back));
        try (WebSocket socket = WebSocket.plain(back.port())) {
          assertThat(socket.say("hello")).isEqualTo("echo hello");
        }
      }
      assertThat(back.warnings()).isEmpty();
    }
  }
}

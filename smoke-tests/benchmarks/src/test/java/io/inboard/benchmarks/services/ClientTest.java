// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ClientTest {

  @ParameterizedTest
  @CsvSource({
    "jdk, boot-3.5, boot-3.5",
    "apache5, boot-3.5-clients, boot-3.5-clients",
    "okhttp, boot-3.5-clients, boot-3.5-clients",
    "webclient, reactive, reactive",
    "grpc, boot-3.5-grpc, grpc",
    "grpc-netty, boot-3.5-grpc, grpc",
  })
  void frontAndBackGoWithTheClient(String label, String front, String back) {
    Client client = Client.named(label).orElseThrow();

    assertThat(client.app(Role.FRONT)).isEqualTo(front);
    assertThat(client.app(Role.BACK)).isEqualTo(back);
  }

  @ParameterizedTest
  @EnumSource
  void whatItNeedsIsBuiltByTheScript(Client client) throws IOException {
    String built =
        Files.readAllLines(Path.of("run")).stream()
            .filter(line -> line.strip().startsWith("for app in "))
            .findFirst()
            .orElseThrow();

    for (Role role : Role.values()) {
      assertThat(built.split("[ ;]+")).contains(client.app(role));
    }
  }

  @Test
  void theFrontIsAskedInItsOwnWords() {
    assertThat(Client.GRPC.call("http://payments:8080/figures?gc=true"))
        .isEqualTo("/call?client=grpc&url=http%3A%2F%2Fpayments%3A8080%2Ffigures%3Fgc%3Dtrue");
    assertThat(Client.WEBCLIENT.call("http://payments:8080/hello"))
        .isEqualTo("/relay?url=http%3A%2F%2Fpayments%3A8080%2Fhello");
  }
}

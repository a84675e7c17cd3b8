// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Curl;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServletContract;
import io.inboard.contract.TemporaryFiles;
import io.inboard.contract.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** Bodies of all sizes: what {@link UndertowContract} asks of the bytes that pass. */
abstract class UndertowBodiesContract extends ServletContract {
  /** Around the sizes of buffers and TLS records. */
  private static final int[] SIZES = {
    0, 1, 8_191, 8_192, 8_193, 16_363, 16_364, 16_365, 16_383, 16_384, 16_385, 17_407, 17_408,
    17_409, 24_576, 32_767, 32_768, 32_769, 49_152, 65_536, 100_000, 1_000_000, 7_654_321
  };

  protected final UndertowLoader undertow;

  UndertowBodiesContract(String version) {
    this.undertow = new UndertowLoader(version);
  }

  @Override
  protected String servlet(String rest) {
    return "/undertow/" + rest;
  }

  @Override
  protected int headersAtMost() {
    return 200;
  }

  @Override
  protected RunningServer start() throws Exception {
    return undertow.start(Map.of());
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return undertow.start(Map.of(), Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return undertow.start(Map.of("router", router.name()));
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    return Optional.of(undertow.start(Map.of("keystore", identity.keyStoreFile())));
  }

  @Override
  protected String library() {
    return UndertowHooks.NAME;
  }

  @Override
  protected boolean http2() {
    return true;
  }

  @Test
  void filesOfAllSizesArriveWhole() throws Exception {
    Path file = TemporaryFiles.file("file", ".bin").toPath();
    byte[] content = new byte[SIZES[SIZES.length - 1]];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + (i >> 8));
    }
    for (int size : SIZES) {
      Files.write(file, Arrays.copyOf(content, size));
      for (RawConnection wire : both()) {
        try (wire) {
          for (int i = 0; i < 2; i++) {
            assertThat(wire.get("/undertow/file?name=" + file).body())
                .as("%d bytes", size)
                .isEqualTo(Arrays.copyOf(content, size));
          }
        }
      }
    }
    assertThat(Curl.with(client).get(server.port(), "/undertow/file?name=" + file, "--http2"))
        .hasSizeGreaterThan(content.length / 2);
  }

  @Test
  void bodiesOfAllSizesArriveWhole() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        for (int size : SIZES) {
          byte[] body = new byte[size];
          Arrays.fill(body, (byte) size);
          assertThat(wire.post("/echo", body).body()).as("%d bytes", size).isEqualTo(body);
        }
      }
    }
  }

  @Test
  void aHundredMegabytesInChunksPassBothWays() throws Exception {
    hundredMegabytesInChunksPassBothWays();
  }
}

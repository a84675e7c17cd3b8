// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.http.ScriptedServer;
import io.inboard.settings.TelemetrySettings.Protocol;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an export loads, seen in a JVM of its own. */
class ExportClassesTest {
  /** Exports a span and metrics to the given port. */
  public static final class Export {
    private Export() {}

    public static void main(String[] args) {
      String base = "http://127.0.0.1:" + args[1];
      Protocol protocol = Protocol.valueOf(args[0]);
      Telemetry telemetry =
          Telemetry.of(
              Given.SERVICE,
              Given.with(
                  Given.settings(),
                  Given.target(protocol, base + "/v1/traces"),
                  Given.target(protocol, base + "/v1/metrics")));
      TraceContextTest.forward(telemetry);
      telemetry.close(Duration.ofSeconds(30));
      System.out.println(telemetry.status());
    }
  }

  private static String loadedBy(Protocol protocol, int port) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    System.getProperty("java.home") + "/bin/java",
                    "-verbose:class",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Export.class.getName(),
                    protocol.name(),
                    "" + port))
            .redirectErrorStream(true)
            .start();
    String loaded = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(loaded).isZero();
    return loaded;
  }

  @Test
  void anExportOverHttpLoadsNoClientLibrary() throws Exception {
    try (ScriptedServer collector =
        new ScriptedServer(ScriptedServer.Turn.say(ScriptedServer.OK))) {
      String loaded = loadedBy(Protocol.HTTP_PROTOBUF, collector.port());
      assertThat(loaded).contains("spansExported=2");
      assertThat(loaded)
          .contains("io.inboard.telemetry.OtlpSender ")
          .doesNotContain(" okhttp3.")
          .doesNotContain(" okio.")
          .doesNotContain(" kotlin.")
          .doesNotContain("sun.net.www.protocol.http.HttpURLConnection ")
          .doesNotContain("jdk.internal.net.http.HttpClientImpl ")
          .doesNotContain("javax.net.ssl.SSLContext ");
    }
  }

  @Test
  void anExportOverGrpcLoadsOkHttp() throws Exception {
    try (ScriptedServer collector =
        new ScriptedServer(ScriptedServer.Turn.say(ScriptedServer.OK))) {
      assertThat(loadedBy(Protocol.GRPC, collector.port()))
          .contains(" okhttp3.OkHttpClient ")
          .doesNotContain("io.inboard.telemetry.OtlpSender ");
    }
  }
}

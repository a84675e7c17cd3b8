// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What telemetry loads before the first request, seen in a JVM of its own. */
class BeforeMainTest {
  /** Does what premain does: makes telemetry, changes it, asks its status. */
  public static final class Start {
    private Start() {}

    /** Not a test. */
    public static void main(String[] args) {
      Telemetry telemetry = Telemetry.of(Given.SERVICE, Given.settings());
      telemetry.observe(meter -> {});
      telemetry.apply(Given.settings());
      telemetry.contexts().current();
      telemetry.status();
      telemetry.close(Duration.ofSeconds(1));
    }
  }

  @Test
  void makingTelemetryLoadsNoLoggingNoTlsAndNoSdk() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    System.getProperty("java.home") + "/bin/java",
                    "-Xshare:auto",
                    "-verbose:class",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Start.class.getName()))
            .redirectErrorStream(true)
            .start();
    String loaded = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(loaded).isZero();
    assertThat(loaded)
        .contains("io.inboard.telemetry.Telemetry ")
        .doesNotContain("java.util.logging.LogManager ")
        .doesNotContain("java.util.logging.Logger ")
        .doesNotContain("javax.net.ssl.SSLContext ")
        .doesNotContain("io.opentelemetry.sdk.trace.SdkTracerProvider ")
        .doesNotContain("okhttp3.OkHttpClient ");
  }
}

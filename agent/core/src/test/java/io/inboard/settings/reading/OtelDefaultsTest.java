// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.ServiceSettings;
import io.inboard.settings.Settings;
import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.inboard.settings.TelemetrySettings.Protocol;
import io.inboard.settings.TelemetrySettings.Sampler;
import io.inboard.settings.TelemetrySettings.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OTEL_* as OpenTelemetry's specification has them. */
class OtelDefaultsTest {
  @Test
  void withoutVariablesTheSpecificationsDefaultsHold() {
    TelemetrySettings telemetry = read().telemetry();

    assertThat(telemetry.traces()).isEqualTo(Exporter.OTLP);
    assertThat(telemetry.metrics()).isEqualTo(Exporter.OTLP);
    assertThat(telemetry.sampler()).isEqualTo(Sampler.PARENTBASED_ALWAYS_ON);
    assertThat(telemetry.propagators()).containsExactly("tracecontext", "baggage");
    assertThat(telemetry.otlp().traces())
        .isEqualTo(
            new Target(
                Protocol.HTTP_PROTOBUF, "http://localhost:4318/v1/traces", Map.of(), "", 10_000));
    assertThat(telemetry.otlp().metrics().endpoint()).isEqualTo("http://localhost:4318/v1/metrics");
  }

  @Test
  void theCommonEndpointGetsTheSignalsPathAndASignalsOwnIsUsedAsItIs() {
    TelemetrySettings telemetry =
        read(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318/base/",
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://other:1/m")
            .telemetry();

    assertThat(telemetry.otlp().traces().endpoint())
        .isEqualTo("https://collector:4318/base/v1/traces");
    assertThat(telemetry.otlp().metrics().endpoint()).isEqualTo("http://other:1/m");
  }

  @Test
  void grpcHasItsOwnPortAndNoPath() {
    assertThat(read("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").telemetry().otlp().traces().endpoint())
        .isEqualTo("http://localhost:4317");
    TelemetrySettings telemetry =
        read(
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc",
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317/")
            .telemetry();
    assertThat(telemetry.otlp().traces().endpoint()).isEqualTo("http://collector:4317");
    assertThat(telemetry.otlp().metrics().protocol()).isEqualTo(Protocol.HTTP_PROTOBUF);
  }

  @Test
  void headersAreDecodedAndASignalsOwnReplaceTheCommonOnes() {
    TelemetrySettings telemetry =
        read(
                "OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc%3D, x = y ",
                "OTEL_EXPORTER_OTLP_METRICS_HEADERS", "api-key=a=b")
            .telemetry();

    assertThat(telemetry.otlp().traces().headers())
        .containsOnly(Map.entry("authorization", "Bearer abc="), Map.entry("x", "y"));
    assertThat(telemetry.otlp().metrics().headers()).containsOnly(Map.entry("api-key", "a=b"));
  }

  @Test
  void timeoutAndCertificateAreTaken() {
    Target target =
        read(
                "OTEL_EXPORTER_OTLP_TIMEOUT", "5000",
                "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "250",
                "OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem")
            .telemetry()
            .otlp()
            .traces();

    assertThat(target.timeoutMillis()).isEqualTo(250);
    assertThat(target.certificate()).isEqualTo("/ca.pem");
  }

  @Test
  void samplerPropagatorsAndExporters() {
    TelemetrySettings telemetry =
        read(
                "OTEL_TRACES_SAMPLER", "traceidratio",
                "OTEL_TRACES_SAMPLER_ARG", "0.25",
                "OTEL_PROPAGATORS", "b3, tracecontext,b3",
                "OTEL_METRICS_EXPORTER", "none")
            .telemetry();

    assertThat(telemetry.sampler()).isEqualTo(Sampler.TRACEIDRATIO);
    assertThat(telemetry.ratio()).isEqualTo(0.25);
    assertThat(telemetry.propagators()).containsExactly("b3", "tracecontext");
    assertThat(telemetry.traces()).isEqualTo(Exporter.OTLP);
    assertThat(telemetry.metrics()).isEqualTo(Exporter.NONE);
    assertThat(read("OTEL_PROPAGATORS", "none").telemetry().propagators()).isEmpty();
  }

  @Test
  void aDisabledSdkExportsNothing() {
    TelemetrySettings telemetry = read("OTEL_SDK_DISABLED", "TRUE").telemetry();

    assertThat(telemetry.traces()).isEqualTo(Exporter.NONE);
    assertThat(telemetry.metrics()).isEqualTo(Exporter.NONE);
  }

  @Test
  void theResourceIsReadFromItsAttributesAndServiceNameWins() {
    OtelDefaults read =
        read(
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=a,service.version=1.4,service.namespace=shop,team=pay%2Croll");

    assertThat(read.service())
        .isEqualTo(new ServiceSettings("a", "shop", "1.4", "", Map.of("team", "pay,roll")));
    assertThat(
            read("OTEL_SERVICE_NAME", "b", "OTEL_RESOURCE_ATTRIBUTES", "service.name=a")
                .service()
                .name())
        .isEqualTo("b");
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_RESOURCE_ATTRIBUTES, a=%zz",
    "OTEL_RESOURCE_ATTRIBUTES, novalue",
    "OTEL_EXPORTER_OTLP_ENDPOINT, collector:4318",
    "OTEL_EXPORTER_OTLP_PROTOCOL, http/json",
    "OTEL_EXPORTER_OTLP_TIMEOUT, soon",
    "OTEL_TRACES_SAMPLER, jaeger_remote",
    "OTEL_PROPAGATORS, jaeger",
    "OTEL_TRACES_EXPORTER, zipkin",
    "OTEL_SDK_DISABLED, yes"
  })
  void whatMakesNoSenseWarnsAndIsIgnored(String name, String value) {
    OtelDefaults read = read(name, value);

    assertThat(read.warnings()).singleElement().asString().contains(name);
    assertThat(read.telemetry()).isEqualTo(read().telemetry());
    assertThat(read.service()).isEqualTo(read().service());
  }

  @Test
  void emptyMeansUnset() {
    assertThat(read("OTEL_SDK_DISABLED", "", "OTEL_EXPORTER_OTLP_ENDPOINT", " ")).isEqualTo(read());
  }

  @Test
  void theFileWins() throws Exception {
    Map<String, String> environment =
        Map.of(
            "OTEL_SERVICE_NAME", "from-environment",
            "OTEL_TRACES_EXPORTER", "none",
            "OTEL_TRACES_SAMPLER", "always_off",
            "OTEL_PROPAGATORS", "b3");
    SettingsReader reader = new SettingsReader(environment, "");
    Settings settings =
        reader.read(
            """
            service: {name: from-file}
            telemetry:
              traces: {exporter: otlp, sampler: always_on}
              propagators: [baggage]
            """,
            "a.yaml");

    assertThat(settings.service().name()).isEqualTo("from-file");
    assertThat(settings.telemetry().traces()).isEqualTo(Exporter.OTLP);
    assertThat(settings.telemetry().sampler()).isEqualTo(Sampler.ALWAYS_ON);
    assertThat(settings.telemetry().propagators()).isEqualTo(List.of("baggage"));
    assertThat(reader.defaults().service().name()).isEqualTo("from-environment");
  }

  @Test
  void aRatioAloneAsksForARatioSampler() throws Exception {
    TelemetrySettings telemetry =
        new SettingsReader(Map.of(), "").read("telemetry: {traces: {ratio: 0.1}}", "a").telemetry();

    assertThat(telemetry.sampler()).isEqualTo(Sampler.PARENTBASED_TRACEIDRATIO);
    assertThat(telemetry.ratio()).isEqualTo(0.1);
  }

  @ParameterizedTest
  @CsvSource({
    "app.jar, app",
    "/opt/shop/orders-1.4.jar --port 1, orders-1.4",
    "/opt/my shop/orders.jar x.jar, orders",
    "com.acme.Orders --x, com.acme.Orders",
    "com.acme.Orders x.jar, com.acme.Orders",
    "shop.orders/com.acme.Orders, com.acme.Orders",
    "'', unknown_service:java"
  })
  void theDefaultNameIsTheMainJarsOrClasss(String command, String name) {
    assertThat(OtelDefaults.nameOf(command)).isEqualTo(name);
  }

  private static OtelDefaults read(String... pairs) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return OtelDefaults.from(environment, "app.jar");
  }

  @Test
  void theSignalsPathGrowsAtThePathsEndAndNothingShowsTheSecrets() {
    OtelDefaults otel =
        OtelDefaults.from(
            Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:hunter2@host:4318/otlp?k=hunter2"),
            "");
    TelemetrySettings.Target target = otel.telemetry().otlp().traces();

    assertThat(target.endpoint()).isEqualTo("http://me:hunter2@host:4318/otlp/v1/traces?k=hunter2");
    assertThat(target.toString())
        .isEqualTo("HTTP_PROTOBUF http://***@host:4318/otlp/v1/traces?***");
  }
}

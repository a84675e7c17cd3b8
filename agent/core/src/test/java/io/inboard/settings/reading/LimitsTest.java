// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inboard.settings.DestinationSettings;
import io.inboard.settings.OutlierSettings;
import io.inboard.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every number, duration and percentage of the resilience keys: its default and its bounds. */
class LimitsTest {
  private static final List<Row> ROWS = new ArrayList<>();

  private final SettingsReader reader = new SettingsReader(Map.of(), "app.jar");

  /**
   * @param document with %s in place of the value
   * @param standard what is read without the key
   * @param below refused
   * @param above refused
   */
  private record Row(
      String key,
      String document,
      Function<Settings, Object> read,
      Object standard,
      String least,
      String most,
      String below,
      String above) {
    @Override
    public String toString() {
      return key;
    }
  }

  private static void whole(
      String section,
      String key,
      Function<DestinationSettings, Object> read,
      Object standard,
      long least,
      long most) {
    row(section, key, read, standard, "" + least, "" + most, "" + (least - 1), "" + (most + 1));
  }

  private static void row(
      String section,
      String key,
      Function<DestinationSettings, Object> read,
      Object standard,
      String least,
      String most,
      String below,
      String above) {
    String start = section.isEmpty() ? key : section + ": {" + key;
    String inner = start + ": %s" + "}".repeat((int) start.chars().filter(c -> c == '{').count());
    ROWS.add(
        new Row(
            section + "." + key,
            "destinations: [{host: a, " + inner + "}]",
            s -> read.apply(s.destinations().get(0)),
            standard,
            least,
            most,
            below,
            above));
  }

  private static void top(
      String section,
      String key,
      Function<Settings, Object> read,
      Object standard,
      String least,
      String most,
      String below,
      String above) {
    String start = section + ": {" + key;
    String document =
        start + ": %s" + "}".repeat((int) start.chars().filter(c -> c == '{').count());
    ROWS.add(new Row(section + "." + key, document, read, standard, least, most, below, above));
  }

  private static OutlierSettings outlier(DestinationSettings d) {
    return d.outlierDetection().orElseThrow();
  }

  static {
    String none = "";
    row("", "timeout", d -> d.timeout(), Optional.empty(), "0s", "720h", "1", "721h");
    whole("retries", "attempts", d -> d.retries().attempts(), 2, 0, 10);
    row(
        "retries",
        "perTryTimeout",
        d -> d.retries().perTryTimeout(),
        Optional.empty(),
        "0s",
        "720h",
        "x",
        "721h");
    row(
        "retries",
        "backoff",
        d -> d.retries().backoff(),
        Duration.ofMillis(25),
        "1ms",
        "10m",
        "0s",
        "11m");
    row(
        "retries",
        "maxBackoff",
        d -> d.retries().maxBackoff(),
        Duration.ofMillis(250),
        "25ms",
        "10m",
        "24ms",
        "11m");
    row(
        "retries",
        "retryAfter: {max",
        d -> d.retries().retryAfterMax(),
        Duration.ofSeconds(5),
        "0s",
        "10m",
        none,
        "11m");
    whole("retries", "maxReplayBytes", d -> d.retries().maxReplayBytes(), 65_536, 0, 1 << 30);
    whole("retries", "maxReplayTotal", d -> d.retries().maxReplayTotal(), 16L << 20, 0, 1L << 40);
    row("retryBudget", "percent", d -> d.retryBudget().percent(), 20.0, "0", "100%", "-1", "101");
    row(
        "retryBudget",
        "minRetriesPerSecond",
        d -> d.retryBudget().minRetriesPerSecond(),
        1.0,
        "0",
        "1000",
        "-0.1",
        "1001");
    whole(
        "retryBudget",
        "minRetryConcurrency",
        d -> d.retryBudget().minRetryConcurrency(),
        Optional.empty(),
        0,
        1_000_000);
    row(
        "retryBudget",
        "budgetInterval",
        d -> d.retryBudget().interval(),
        Duration.ofSeconds(2),
        "100ms",
        "720h",
        "99ms",
        "721h");
    whole(
        "outlierDetection",
        "consecutive5xxErrors",
        d -> outlier(d).consecutive5xxErrors(),
        5,
        0,
        1_000_000);
    whole(
        "outlierDetection",
        "consecutiveGatewayErrors",
        d -> outlier(d).consecutiveGatewayErrors(),
        5,
        0,
        1_000_000);
    whole(
        "outlierDetection",
        "consecutiveLocalOriginFailures",
        d -> outlier(d).consecutiveLocalOriginFailures(),
        5,
        0,
        1_000_000);
    row(
        "outlierDetection",
        "interval",
        d -> outlier(d).interval(),
        Duration.ofSeconds(10),
        "1ms",
        "720h",
        "0s",
        "721h");
    row(
        "outlierDetection",
        "baseEjectionTime",
        d -> outlier(d).baseEjectionTime(),
        Duration.ofSeconds(30),
        "1ms",
        "720h",
        "0s",
        "721h");
    row(
        "outlierDetection",
        "maxEjectionTime",
        d -> outlier(d).maxEjectionTime(),
        Duration.ofSeconds(300),
        "30s",
        "720h",
        "29s",
        "721h");
    row(
        "outlierDetection",
        "maxEjectionPercent",
        d -> outlier(d).maxEjectionPercent(),
        50,
        "0",
        "100%",
        "-1",
        "101");
    row(
        "outlierDetection",
        "minHealthPercent",
        d -> outlier(d).minHealthPercent(),
        50,
        "0%",
        "100",
        "-1",
        "101");
    whole("outlierDetection", "probes", d -> outlier(d).probes(), 1, 1, 1_000);
    whole(
        "outlierDetection",
        "failurePercentage: {threshold",
        d -> outlier(d).failurePercentage().orElseThrow().threshold(),
        50,
        1,
        100);
    whole(
        "outlierDetection",
        "failurePercentage: {requestVolume",
        d -> outlier(d).failurePercentage().orElseThrow().requestVolume(),
        20,
        1,
        1_000_000);
    whole(
        "outlierDetection",
        "successRate: {minimumHosts",
        d -> outlier(d).successRate().orElseThrow().minimumHosts(),
        5,
        2,
        1_000_000);
    whole(
        "outlierDetection",
        "successRate: {requestVolume",
        d -> outlier(d).successRate().orElseThrow().requestVolume(),
        100,
        1,
        1_000_000);
    row(
        "outlierDetection",
        "successRate: {stdevFactor",
        d -> outlier(d).successRate().orElseThrow().stdevFactor(),
        1.9,
        "0.1",
        "100",
        "0",
        "101");
    row(
        "circuitBreaker",
        "failurePercent",
        d -> d.circuitBreaker().map(b -> b.failurePercent()),
        Optional.empty(),
        "1",
        "100",
        "0",
        "101");
    whole(
        "circuitBreaker",
        "requestVolume",
        d -> d.circuitBreaker().map(b -> b.requestVolume()),
        Optional.empty(),
        1,
        1_000_000);
    row(
        "circuitBreaker",
        "window",
        d -> d.circuitBreaker().map(b -> b.window()),
        Optional.empty(),
        "100ms",
        "720h",
        "99ms",
        "721h");
    row(
        "circuitBreaker",
        "openFor",
        d -> d.circuitBreaker().map(b -> b.openFor()),
        Optional.empty(),
        "1ms",
        "720h",
        "0s",
        "721h");
    row(
        "connectionPool",
        "connectTimeout",
        d -> d.connectionPool().connectTimeout(),
        Duration.ofSeconds(10),
        "1ms",
        "720h",
        "0s",
        "721h");
    for (String nested : new String[] {"", "tcp: {"}) {
      whole(
          "connectionPool",
          nested + "maxConnections",
          d -> d.connectionPool().maxConnections(),
          Integer.MAX_VALUE,
          1,
          4_294_967_295L);
    }
    for (String nested : new String[] {"", "http: {"}) {
      whole(
          "connectionPool",
          nested + "http2MaxRequests",
          d -> d.connectionPool().http2MaxRequests(),
          Integer.MAX_VALUE,
          1,
          4_294_967_295L);
      whole(
          "connectionPool",
          nested + "http1MaxPendingRequests",
          d -> d.connectionPool().http1MaxPendingRequests(),
          Integer.MAX_VALUE,
          0,
          4_294_967_295L);
      whole(
          "connectionPool",
          nested + "maxRetries",
          d -> d.connectionPool().maxRetries(),
          Integer.MAX_VALUE,
          0,
          4_294_967_295L);
    }
    row(
        "admissionControl",
        "successRateThreshold",
        d -> d.admissionControl().map(a -> a.successRateThreshold()),
        Optional.empty(),
        "1",
        "100%",
        "0.9",
        "101");
    row(
        "admissionControl",
        "aggression",
        d -> d.admissionControl().map(a -> a.aggression()),
        Optional.empty(),
        "1",
        "100",
        "0.9",
        "101");
    row(
        "admissionControl",
        "window",
        d -> d.admissionControl().map(a -> a.window()),
        Optional.empty(),
        "1s",
        "720h",
        "999ms",
        "721h");
    row(
        "admissionControl",
        "max",
        d -> d.admissionControl().map(a -> a.max()),
        Optional.empty(),
        "0",
        "100%",
        "-1",
        "101");
    row("hedge", "after", d -> d.hedge(), Optional.empty(), "p50", "p99.9", "p49", "p99.95");
    row("hedge", "after", d -> d.hedge(), Optional.empty(), "1ms", "720h", "0s", "721h");
    row("hedge", "maxExtra", d -> d.hedge(), Optional.empty(), "0", "100%", "-1", "101");
    row(
        "loadBalancer",
        "warmup: {duration",
        d -> d.loadBalancer().warmup().duration(),
        Duration.ofSeconds(30),
        "0s",
        "720h",
        none,
        "721h");
    row(
        "loadBalancer",
        "warmup: {minimumPercent",
        d -> d.loadBalancer().warmup().minimumPercent(),
        10.0,
        "0",
        "100%",
        "-1",
        "101");
    row(
        "loadBalancer",
        "warmup: {aggression",
        d -> d.loadBalancer().warmup().aggression(),
        1.0,
        "1",
        "100",
        "0.9",
        "101");
    whole(
        "loadBalancer",
        "localityLbSetting: {minimumEndpoints",
        d -> d.loadBalancer().locality().minimumEndpoints(),
        6,
        1,
        1_000_000);
    whole(
        "loadBalancer",
        "consistentHash: {useSourceIp: true, ringHash: {minimumRingSize",
        d -> d.loadBalancer().consistentHash().map(h -> h.tableSize()),
        Optional.empty(),
        1,
        16_384);
    row(
        "loadBalancer",
        "consistentHash: {useSourceIp: true, maglev: {tableSize",
        d -> d.loadBalancer().consistentHash().map(h -> h.tableSize()),
        Optional.empty(),
        "2",
        "5000011",
        "1",
        "5000012");
    row(
        "fallback",
        "lastGood: {maxAge",
        d -> d.fallback(),
        Optional.empty(),
        "1s",
        "720h",
        "0s",
        "721h");
    whole("fallback", "lastGood: {maxBytes", d -> d.fallback(), Optional.empty(), 1, 16 << 20);
    whole("fallback", "lastGood: {maxEntries", d -> d.fallback(), Optional.empty(), 1, 100_000);
    whole("fallback", "response: {status", d -> d.fallback(), Optional.empty(), 200, 599);
    row(
        "fault",
        "delay: {percentage: 1, fixedDelay",
        d -> d.fault(),
        Optional.empty(),
        "1ms",
        "1h",
        "0s",
        "61m");
    row(
        "fault",
        "delay: {fixedDelay: 1s, percentage",
        d -> d.fault(),
        Optional.empty(),
        "0",
        "100%",
        "-1",
        "101");
    row(
        "fault",
        "abort: {httpStatus: 503, percentage",
        d -> d.fault(),
        Optional.empty(),
        "{value: 0}",
        "{value: 100}",
        "{value: -1}",
        "{value: 100.1}");
    whole("fault", "abort: {percentage: 1, httpStatus", d -> d.fault(), Optional.empty(), 200, 599);
    top(
        "server",
        "maxConcurrent",
        s -> s.inbound().server().maxConcurrent(),
        Integer.MAX_VALUE,
        "1",
        "2147483647",
        "0",
        "2147483648");
    top(
        "server",
        "maxQueueTime",
        s -> s.inbound().server().maxQueueTime(),
        Optional.empty(),
        "1ms",
        "720h",
        "0s",
        "721h");
    top(
        "deadline",
        "maxRejectFraction",
        s -> s.resilience().deadline().maxRejectFraction(),
        0.2,
        "0",
        "1",
        "-0.1",
        "1.1");
    top(
        "inbound: {concurrencyLimit",
        "min",
        s -> s.inbound().server().adaptive().map(a -> a.min()),
        Optional.empty(),
        "1",
        "1000000",
        "0",
        "1000001");
    top(
        "inbound: {concurrencyLimit",
        "max",
        s -> s.inbound().server().adaptive().map(a -> a.max()),
        Optional.empty(),
        "20",
        "1000000",
        "0",
        "1000001");
    top(
        "inbound: {concurrencyLimit",
        "partitions: {a",
        s -> s.inbound().server().adaptive().map(a -> a.partitions()),
        Optional.empty(),
        "0",
        "100%",
        "-1",
        "101");
  }

  static List<Row> rows() {
    return ROWS;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theBoundsAreAllowedAndWhatIsBeyondIsRefused(Row row) throws Exception {
    assertThat(row.read().apply(reader.read("destinations: [{host: a}]", "a.yaml")))
        .isEqualTo(row.standard());
    for (String good : List.of(row.least(), row.most())) {
      assertThatCode(() -> reader.read(text(row, good), "a.yaml")).doesNotThrowAnyException();
    }
    Object least = row.read().apply(reader.read(text(row, row.least()), "a.yaml"));
    Object most = row.read().apply(reader.read(text(row, row.most()), "a.yaml"));
    assertThat(least).as("the key arrives").isNotEqualTo(most);
    for (String bad : List.of(row.below(), row.above())) {
      if (!bad.isEmpty()) {
        SettingsException e =
            catchThrowableOfType(
                SettingsException.class, () -> reader.read(text(row, bad), "a.yaml"));
        assertThat(e).as(text(row, bad)).isNotNull();
        assertThat(e.problems()).isNotEmpty();
        assertThat(e.problems().get(0).line()).isEqualTo(1);
      }
    }
  }

  @Test
  void aRefusalNamesTheRange() {
    assertThat(message("destinations: [{host: a, retries: {attempts: 11}}]"))
        .contains("must be a whole number from 0 to 10, but was '11'");
    assertThat(message("destinations: [{host: a, retryBudget: {percent: 120%}}]"))
        .contains("must be a number from 0 to 100 percent, but was '120%'");
    assertThat(message("destinations: [{host: a, outlierDetection: {maxEjectionPercent: 1.5}}]"))
        .contains("must be a whole number from 0 to 100 percent");
    assertThat(message("destinations: [{host: a, hedge: {after: 721h}}]"))
        .contains("must be from 1ms to 720h, but was '721h'");
    assertThat(message("destinations: [{host: a, retryBudget: {fundedBy: sucess}}]"))
        .contains("must be one of success, request", "did you mean success?");
    assertThat(message("destinations: [{host: a, outlierDetection: {consecutive5xxError: 5}}]"))
        .contains("did you mean consecutive5xxErrors?");
    assertThat(message("server: {maxConcurent: 5}")).contains("did you mean maxConcurrent?");
    assertThat(message("resilience: {enable: false}")).contains("did you mean enabled?");
  }

  private String message(String text) {
    SettingsException e =
        catchThrowableOfType(SettingsException.class, () -> reader.read(text, "a.yaml"));
    assertThat(e).as(text).isNotNull();
    assertThat(e.problems()).hasSize(1);
    return e.getMessage();
  }

  private static String text(Row row, String value) {
    return row.document().formatted(value);
  }
}

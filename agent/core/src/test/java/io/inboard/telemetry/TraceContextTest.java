// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.call.Contexts;
import io.inboard.settings.TelemetrySettings.Exporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every case of the public test suite of W3C Trace Context (github.com/w3c/trace-context,
 * test/test.py), and the rules of the Recommendation that it leaves out: a request comes in, the
 * application makes a call, and the call's headers are looked at.
 */
class TraceContextTest {
  private static final String TRACE = "12345678901234567890123456789012";
  private static final String SPAN = "1234567890123456";
  private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

  private final Given.Collector collector = new Given.Collector(Given.settings());

  @AfterEach
  void end() {
    collector.telemetry.close(Duration.ofSeconds(10));
  }

  private Map<String, String> forward(String... headers) {
    return forward(collector.telemetry, headers);
  }

  static Map<String, String> forward(Telemetry telemetry, String... headers) {
    ServerTrace server = telemetry.server(Given.In.get("/", headers), CallerTerms.NONE);
    Given.Wire wire = new Given.Wire();
    try (Contexts.Scope scope = telemetry.contexts().activate(server.context())) {
      ClientSpan attempt = telemetry.client(Given.Out.get()).attempt(1, Optional.empty(), 0);
      attempt.writeHeaders(wire);
      attempt.end(200, null);
    }
    server.end(200, null);
    return wire.headers;
  }

  private static void assertRestarted(Map<String, String> headers) {
    assertThat(headers.get("traceparent"))
        .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
        .doesNotContain(TRACE)
        .doesNotContain("00000000000000000000000000000000");
    assertThat(headers).doesNotContainKey("tracestate");
  }

  private static void assertContinued(Map<String, String> headers) {
    assertThat(headers.get("traceparent"))
        .matches("00-" + TRACE + "-[0-9a-f]{16}-[0-9a-f]{2}")
        .doesNotContain("-" + SPAN + "-");
  }

  @Test
  void aRequestWithoutContextStartsATrace() {
    assertRestarted(forward());
    // Level 2: our ids are random, and say so.
    assertThat(forward().get("traceparent")).endsWith("-03");
  }

  @ParameterizedTest
  @ValueSource(strings = {"traceparent", "TraceParent", "TrAcEpArEnT", "TRACEPARENT"})
  void aTraceIsContinuedWhateverTheCaseOfTheName(String name) {
    assertContinued(forward(name, PARENT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"trace-parent", "trace.parent"})
  void anotherHeaderIsNotTraceparent(String name) {
    assertRestarted(forward(name, PARENT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cc-12345678901234567890123456789012-1234567890123456-01",
        "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
        "01-12345678901234567890123456789012-1234567890123456-00-",
        " 00-12345678901234567890123456789012-1234567890123456-01",
        "\t00-12345678901234567890123456789012-1234567890123456-01",
        "00-12345678901234567890123456789012-1234567890123456-01 ",
        "00-12345678901234567890123456789012-1234567890123456-01\t",
        "\t 00-12345678901234567890123456789012-1234567890123456-01 \t",
      })
  void validFormsAreContinuedInVersionZero(String value) {
    assertContinued(forward("traceparent", value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-12345678901234567890123456789012-1234567890123456-01.",
        "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
        "00-12345678901234567890123456789012-1234567890123456-01-",
        "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like",
        "cc-12345678901234567890123456789012-1234567890123456-0",
        "ff-12345678901234567890123456789012-1234567890123456-01",
        ".0-12345678901234567890123456789012-1234567890123456-01",
        "0.-12345678901234567890123456789012-1234567890123456-01",
        "CC-12345678901234567890123456789012-1234567890123456-01",
        "000-12345678901234567890123456789012-1234567890123456-01",
        "0000-12345678901234567890123456789012-1234567890123456-01",
        "0-12345678901234567890123456789012-1234567890123456-01",
        "00-00000000000000000000000000000000-1234567890123456-01",
        "00-.2345678901234567890123456789012-1234567890123456-01",
        "00-1234567890123456789012345678901.-1234567890123456-01",
        "00-ABCDEF78901234567890123456789012-1234567890123456-01",
        "00-123456789012345678901234567890123-1234567890123456-01",
        "00-1234567890123456789012345678901-1234567890123456-01",
        "00-12345678901234567890123456789012-0000000000000000-01",
        "00-12345678901234567890123456789012-.234567890123456-01",
        "00-12345678901234567890123456789012-123456789012345.-01",
        "00-12345678901234567890123456789012-ABCDEF7890123456-01",
        "00-12345678901234567890123456789012-12345678901234567-01",
        "00-12345678901234567890123456789012-123456789012345-01",
        "00-12345678901234567890123456789012-1234567890123456-.0",
        "00-12345678901234567890123456789012-1234567890123456-0.",
        "00-12345678901234567890123456789012-1234567890123456-0A",
        "00-12345678901234567890123456789012-1234567890123456-001",
        "00-12345678901234567890123456789012-1234567890123456-1",
        "00_12345678901234567890123456789012_1234567890123456_01",
      })
  void invalidFormsRestartTheTraceAndDropTheState(String value) {
    Map<String, String> headers = forward("traceparent", value, "tracestate", "foo=1");
    assertRestarted(headers);
    assertThat(headers.get("traceparent")).doesNotContainIgnoringCase("ABCDEF7890123456");
  }

  @Test
  void twoTraceparentHeadersRestartTheTrace() {
    Map<String, String> headers =
        forward(
            "traceparent",
            "00-12345678901234567890123456789011-" + SPAN + "-01",
            "traceparent",
            PARENT);
    assertRestarted(headers);
    assertThat(headers.get("traceparent")).doesNotContain("12345678901234567890123456789011");
    assertRestarted(forward("traceparent", PARENT, "traceparent", PARENT));
  }

  @ParameterizedTest
  @MethodSource
  void flags(String in, String out) {
    assertThat(forward("traceparent", in).get("traceparent")).endsWith(out);
  }

  static Stream<Arguments> flags() {
    String ids = "-" + TRACE + "-" + SPAN + "-";
    return Stream.of(
        Arguments.of("00" + ids + "00", "-00"),
        Arguments.of("00" + ids + "01", "-01"),
        Arguments.of("00" + ids + "02", "-02"),
        Arguments.of("00" + ids + "03", "-03"),
        // Reserved bits are set to zero.
        Arguments.of("00" + ids + "ff", "-03"),
        Arguments.of("00" + ids + "fc", "-00"),
        // Of a future version the sampled bit alone is read.
        Arguments.of("cc" + ids + "ff", "-01"),
        Arguments.of("cc" + ids + "fe-x", "-00"));
  }

  @Test
  void stateWithoutTraceparentIsDropped() {
    assertRestarted(forward("tracestate", "foo=1"));
    assertRestarted(forward("tracestate", "foo=1,bar=2"));
  }

  @ParameterizedTest
  @MethodSource
  void stateIsPassedOn(List<String> in, String out) {
    List<String> headers = new ArrayList<>(List.of("traceparent", PARENT));
    for (String header : in) {
      headers.add("TraceState");
      headers.add(header);
    }
    Map<String, String> sent = forward(headers.toArray(new String[0]));
    assertContinued(sent);
    assertThat(sent.get("tracestate")).isEqualTo(out);
  }

  private static final String KEY_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";

  static Stream<Arguments> stateIsPassedOn() {
    StringBuilder printable = new StringBuilder();
    for (char c = 0x20; c <= 0x7e; c++) {
      printable.append(c == ',' || c == '=' ? "" : c);
    }
    String all = KEY_CHARACTERS + "=" + printable;
    String allAt = KEY_CHARACTERS + "@a-z0-9_-*/=" + printable;
    String z256 = "z".repeat(256);
    String t241 = "t".repeat(241) + "@" + "v".repeat(14);
    String t242 = "t".repeat(242) + "@v";
    String v15 = "t@" + "v".repeat(15);
    return Stream.of(
        state("foo=1,bar=2", "foo=1,bar=2"),
        Arguments.of(
            List.of("foo=1,bar=2", "rojo=1,congo=2", "baz=3"), "foo=1,bar=2,rojo=1,congo=2,baz=3"),
        // empty headers and members
        Arguments.of(List.of("foo=1", ""), "foo=1"),
        Arguments.of(List.of("", "foo=1"), "foo=1"),
        state("foo=1,,bar=2", "foo=1,bar=2"),
        state(",foo=1, ,\t,", "foo=1"),
        // of a key that comes twice the first, more recent one is kept
        state("foo=1,foo=1", "foo=1"),
        state("foo=1,foo=2", "foo=1"),
        Arguments.of(List.of("foo=1", "foo=1"), "foo=1"),
        Arguments.of(List.of("foo=1", "foo=2"), "foo=1"),
        // all characters
        state(all, all),
        state(allAt, allAt),
        // white space
        state("foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3"),
        state("foo=1\t \t,\t \tbar=2,\t \tbaz=3", "foo=1,bar=2,baz=3"),
        state(" foo=1", "foo=1"),
        state("\tfoo=1", "foo=1"),
        state("foo=1 ", "foo=1"),
        state("foo=1\t", "foo=1"),
        state("\t foo=1 \t", "foo=1"),
        state("foo=  1", "foo=  1"),
        // at signs
        state("foo@=1,bar=2", "foo@=1,bar=2"),
        state("foo@@bar=1,bar=2", "foo@@bar=1,bar=2"),
        state("foo@bar@baz=1,bar=2", "foo@bar@baz=1,bar=2"),
        // limits
        state(members(32), members(32)),
        Arguments.of(List.of("foo=1", z256 + "=1"), "foo=1," + z256 + "=1"),
        Arguments.of(List.of("foo=1", t241 + "=1"), "foo=1," + t241 + "=1"),
        Arguments.of(List.of("foo=1", t242 + "=1"), "foo=1," + t242 + "=1"),
        Arguments.of(List.of("foo=1", v15 + "=1"), "foo=1," + v15 + "=1"),
        state("a=" + "v".repeat(256), "a=" + "v".repeat(256)),
        state("0a=1", "0a=1"));
  }

  private static Arguments state(String in, String out) {
    return Arguments.of(List.of(in), out);
  }

  private static String members(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      text.append(i == 1 ? "" : ",").append(String.format("bar%02d=%02d", i, i));
    }
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource
  void invalidStateIsDroppedAsAWholeAndTheTraceContinues(List<String> in) {
    List<String> headers = new ArrayList<>(List.of("traceparent", PARENT));
    for (String header : in) {
      headers.add("tracestate");
      headers.add(header);
    }
    Map<String, String> sent = forward(headers.toArray(new String[0]));
    assertContinued(sent);
    assertThat(sent).doesNotContainKey("tracestate");
  }

  static Stream<List<String>> invalidStateIsDroppedAsAWholeAndTheTraceContinues() {
    return Stream.of(
        List.of(""),
        List.of("foo =1"),
        List.of("FOO=1"),
        List.of("foo.bar=1"),
        List.of("@foo=1,bar=2"),
        List.of("_foo=1"),
        List.of("bar=2,foo"),
        List.of("bar=2,=1"),
        List.of(members(33)),
        List.of(members(31), "x=1,y=2"),
        List.of("foo=1", "z".repeat(257) + "=1"),
        List.of("a=" + "v".repeat(257)),
        List.of("foo=bar=baz"),
        List.of("foo=,bar=3"),
        List.of("foo=\u00e9"),
        List.of("foo=a\tb"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"trace-state", "trace.state"})
  void anotherHeaderIsNotTracestate(String name) {
    assertThat(forward("traceparent", PARENT, name, "foo=1")).doesNotContainKey("tracestate");
  }

  @Test
  void aLongStateLosesLongMembersFirstThenTheLastOnes() {
    String longOne = "long=" + "v".repeat(200);
    String rest = "k00=" + "v".repeat(60);
    StringBuilder many = new StringBuilder(rest);
    for (int i = 1; i < 10; i++) {
      many.append(",k0").append(i).append('=').append("v".repeat(60));
    }
    String sent =
        forward("traceparent", PARENT, "tracestate", longOne + "," + many).get("tracestate");
    assertThat(sent).hasSizeLessThanOrEqualTo(512).startsWith("k00=").endsWith("v");
    assertThat(sent.split(",")).hasSize(7);
  }

  @Test
  void severalCallsOfOneRequestAreSiblings() {
    ServerTrace server =
        collector.telemetry.server(Given.In.get("/", "traceparent", PARENT), CallerTerms.NONE);
    List<String> parents = new ArrayList<>();
    try (Contexts.Scope scope = collector.telemetry.contexts().activate(server.context())) {
      for (int i = 0; i < 3; i++) {
        Given.Wire wire = new Given.Wire();
        collector
            .telemetry
            .client(Given.Out.get())
            .attempt(1, Optional.empty(), 0)
            .writeHeaders(wire);
        assertContinued(wire.headers);
        parents.add(wire.headers.get("traceparent"));
      }
    }
    assertThat(parents).doesNotHaveDuplicates();
  }

  @Test
  void withoutExportTheTraceIsPassedOnJustTheSame() {
    Telemetry silent =
        new Given.Collector(Given.with(Given.settings(), Exporter.NONE, Exporter.NONE)).telemetry;
    Map<String, String> headers = forward(silent, "traceparent", PARENT, "tracestate", "foo=1");
    assertContinued(headers);
    assertThat(headers).containsEntry("tracestate", "foo=1");
    assertThat(headers.get("traceparent")).endsWith("-01");
    assertThat(forward(silent).get("traceparent")).endsWith("-03");
    silent.close(Duration.ofSeconds(10));
  }
}

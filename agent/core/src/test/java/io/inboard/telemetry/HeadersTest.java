// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.PathPatterns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Baggage, B3, and the headers and URLs that spans are described with. */
class HeadersTest {
  private static final String TRACE = "463ac35c9f6413ad48485a3953bb6124";
  private static final String SPAN = "a2fb4a1d1a96d312";

  private static Map<String, String> forward(String[] propagators, String... headers) {
    Telemetry telemetry = new Given.Collector(Given.settings(propagators)).telemetry;
    return TraceContextTest.forward(telemetry, headers);
  }

  @ParameterizedTest
  @MethodSource
  void baggageTravelsAsItCame(List<String> in, String out) {
    assertThat(BaggageHeader.read(in).header()).isEqualTo(out);
  }

  static Stream<Arguments> baggageTravelsAsItCame() {
    return Stream.of(
        Arguments.of(List.of("a=1"), "a=1"),
        Arguments.of(List.of("a=1", "b=2,c=3"), "a=1,b=2,c=3"),
        Arguments.of(List.of("a=1;p;q=2 ; r=3"), "a=1;p;q=2 ; r=3"),
        Arguments.of(List.of("a = 1 , b=2"), "a = 1,b=2"),
        Arguments.of(List.of("a=%20%C3%A9%ZZ"), "a=%20%C3%A9%ZZ"),
        Arguments.of(List.of("a=x=y"), "a=x=y"),
        Arguments.of(List.of("a="), "a="),
        // an invalid member is left out, the others stay
        Arguments.of(List.of("a=1,b,c=3"), "a=1,c=3"),
        Arguments.of(List.of("a=1,(b)=2,c=3"), "a=1,c=3"),
        Arguments.of(List.of("a=1,b=x y,c=\"q\",d=\u00e9,e=1;;,f=\\"), "a=1"),
        Arguments.of(List.of("", ",,"), ""));
  }

  @Test
  void baggageIsBoundedByMembersAndBytes() {
    List<String> members = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      members.add("k" + i + "=v");
    }
    assertThat(BaggageHeader.read(members).header()).endsWith("k63=v").startsWith("k0=v");
    String large = "v".repeat(4000);
    assertThat(BaggageHeader.read(List.of("a=" + large, "b=" + large, "c=" + large)).header())
        .isEqualTo("a=" + large + ",b=" + large);
    assertThat(BaggageHeader.read(List.of("a=" + "v".repeat(8190))).header()).hasSize(8192);
    assertThat(BaggageHeader.read(List.of("a=" + "v".repeat(8191))).header()).isEmpty();
  }

  @Test
  void baggageIsDecodedForThoseWhoReadIt() {
    assertThat(BaggageHeader.read(List.of("a=%20x%C3%A9;p=1,b=%C3,c=%zz,a2=%")).entries())
        .containsEntry("a", " x\u00e9")
        .containsEntry("b", "\ufffd")
        .containsEntry("c", "%zz")
        .containsEntry("a2", "%");
  }

  @Test
  void withoutTheBaggagePropagatorNoBaggageTravels() {
    assertThat(forward(new String[] {"tracecontext"}, "baggage", "a=1"))
        .doesNotContainKey("baggage");
    assertThat(forward(new String[] {"baggage"}, "baggage", "a=1")).containsOnlyKeys("baggage");
  }

  @ParameterizedTest
  @CsvSource({
    "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1, 463ac35c9f6413ad48485a3953bb6124, 1",
    "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-0, 463ac35c9f6413ad48485a3953bb6124, 0",
    "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-d, 463ac35c9f6413ad48485a3953bb6124, 1",
    "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312, 463ac35c9f6413ad48485a3953bb6124, 1",
    "48485a3953bb6124-a2fb4a1d1a96d312-1-0020000000000001, 000000000000000048485a3953bb6124, 1",
  })
  void b3InOneHeaderIsContinued(String in, String trace, String sampled) {
    assertThat(forward(new String[] {"b3"}, "b3", in).get("b3"))
        .matches(trace + "-[0-9a-f]{16}-" + sampled)
        .doesNotContain(SPAN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "1",
        "463AC35C9F6413AD48485A3953BB6124-a2fb4a1d1a96d312-1",
        "463ac35c9f6413ad48485a3953bb6124-0000000000000000-1",
        "00000000000000000000000000000000-a2fb4a1d1a96d312-1",
        "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-x",
        "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1-12",
        "463ac35c9f6413ad48485a3953bb612-a2fb4a1d1a96d312-1",
      })
  void malformedB3StartsANewTrace(String in) {
    assertThat(forward(new String[] {"b3"}, "b3", in).get("b3"))
        .matches("[0-9a-f]{32}-[0-9a-f]{16}-1")
        .doesNotContain("463ac35c9f6413ad")
        .doesNotContain("463AC35C9F6413AD");
  }

  @Test
  void b3InSeveralHeadersIsContinued() {
    Map<String, String> sent =
        forward(
            new String[] {"b3multi"},
            "X-B3-TraceId",
            TRACE,
            "X-B3-SpanId",
            SPAN,
            "X-B3-ParentSpanId",
            "0020000000000001",
            "X-B3-Sampled",
            "0");
    assertThat(sent)
        .containsOnlyKeys("x-b3-traceid", "x-b3-spanid", "x-b3-sampled")
        .containsEntry("x-b3-traceid", TRACE)
        .containsEntry("x-b3-sampled", "0");
    assertThat(
            forward(
                    new String[] {"b3multi"},
                    "X-B3-TraceId",
                    TRACE,
                    "X-B3-SpanId",
                    SPAN,
                    "X-B3-Flags",
                    "1")
                .get("x-b3-sampled"))
        .isEqualTo("1");
  }

  @Test
  void severalFormatsAreAllWritten() {
    Map<String, String> sent =
        forward(new String[] {"tracecontext", "b3"}, "b3", TRACE + "-" + SPAN + "-1");
    assertThat(sent.get("traceparent")).startsWith("00-" + TRACE);
    assertThat(sent.get("b3")).startsWith(TRACE);
  }

  @ParameterizedTest
  @CsvSource({
    "http, payments, 80, /a, http://payments/a",
    "https, payments, 443, /a, https://payments/a",
    "https, payments, 80, /a, https://payments:80/a",
    "http, ::1, 8080, /a, 'http://[::1]:8080/a'",
    "http, p, 80, '/a?sig=x&b=1&Signature=y', 'http://p/a?sig=REDACTED&b=1&Signature=REDACTED'",
    "http, p, 80, '/a?b=sig=x&sigx=1', 'http://p/a?b=sig=x&sigx=1'",
    "http, p, 80, '/a?sig=&AWSAccessKeyId=k', 'http://p/a?sig=REDACTED&AWSAccessKeyId=REDACTED'",
    "http, p, 80, 'http://u:p@q/a?X-Goog-Signature=1', "
        + "'http://REDACTED:REDACTED@q/a?X-Goog-Signature=REDACTED'",
    "http, p, 80, 'http://q/a@b', 'http://q/a@b'",
  })
  void urlsShowNoSecrets(String scheme, String host, int port, String target, String url) {
    assertThat(Urls.full(scheme, host, port, target)).isEqualTo(url);
  }

  @ParameterizedTest
  @CsvSource({
    "orders, orders, -1",
    "orders:8080, orders, 8080",
    "'[::1]:8080', ::1, 8080",
    "'[::1]', ::1, -1",
    "::1, ::1, -1",
    "orders:x, orders, -1",
    "orders:70000, orders, -1",
  })
  void authoritiesAreSplit(String authority, String host, int port) {
    assertThat(Forwarded.host(authority)).isEqualTo(host);
    assertThat(Forwarded.port(authority)).isEqualTo(port);
  }

  @Test
  void proxiesTellWhoAsked() {
    Given.In rfc =
        Given.In.get(
            "/",
            "Forwarded",
            "proto=https; For=\"[2001:db8::1]:4711\";host=shop.example, for=10.0.0.1",
            "X-Forwarded-For",
            "198.51.100.1");
    assertThat(Forwarded.client(rfc)).isEqualTo("2001:db8::1");
    assertThat(Forwarded.authority(rfc)).isEqualTo("shop.example");
    Given.In x =
        Given.In.get(
            "/",
            "X-Forwarded-For",
            "198.51.100.1:99, 10.0.0.1",
            "X-Forwarded-Host",
            "shop:8443",
            "Host",
            "inner");
    assertThat(Forwarded.client(x)).isEqualTo("198.51.100.1");
    assertThat(Forwarded.authority(x)).isEqualTo("shop:8443");
    assertThat(Forwarded.client(Given.In.get("/"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/a/*, /a/b, true",
    "/a/*, /a/b/c, false",
    "/a/*, /a, false",
    "/a/**, /a, true",
    "/a/**, /a/b/c, true",
    "/**/live, /a/b/live, true",
    "/**/live, /live, true",
    "/a*c/x, /abbc/x, true",
    "/a*c/x, /abbd/x, false",
    "/**, /, true",
  })
  void patternsOfPathPatterns(String pattern, String path, boolean excluded) {
    assertThat(new PathPatterns(List.of(pattern)).matches(path)).isEqualTo(excluded);
  }
}

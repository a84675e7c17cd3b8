// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TraceTreeTest {
  private static final Function<String, String> NAMES =
      Map.of("127.0.0.1:1", "payments-1", "127.0.0.1:2", "payments-2")::get;

  private static final Span ORDER =
      span("a", "caller", "web", Span.SERVER, 10, 40, "http.response.status_code", "200");
  private static final Span FIRST =
      new Span(
          "t",
          "b",
          "a",
          "web",
          "GET",
          Span.CLIENT,
          11_000_000,
          14_000_000,
          Map.of("inboard.endpoint", "127.0.0.1:1", "error.type", "java.net.ConnectException"));
  private static final Span SECOND =
      new Span(
          "t",
          "c",
          "a",
          "web",
          "GET",
          Span.CLIENT,
          15_000_000,
          39_500_000,
          Map.of(
              "inboard.endpoint",
              "127.0.0.1:2",
              "http.request.resend_count",
              "1",
              "http.response.status_code",
              "200",
              "inboard.peer.id",
              "spiffe://demo/sa/payments"));
  private static final Span PAID =
      span("d", "c", "payments-2", Span.SERVER, 16, 38, "http.response.status_code", "200");

  @Test
  void attemptsAreSiblingsInTheOrderOfTimeWhateverTheOrderOfArrival() {
    assertThat(TraceTree.rows(List.of(PAID, SECOND, FIRST, ORDER), NAMES, true))
        .containsExactly(
            new TraceTree.Row("web  GET /x", "30.0 ms", "200", ""),
            new TraceTree.Row("├─ web  attempt 1 → payments-1", "3.0 ms", "connection refused", ""),
            new TraceTree.Row(
                "└─ web  attempt 2 (resend 1) → payments-2",
                "24.5 ms",
                "200",
                "spiffe://demo/sa/payments"),
            new TraceTree.Row("   └─ payments-2  GET /x", "22.0 ms", "200", ""));
  }

  @Test
  void aTerminalWithoutUnicodeGetsAscii() {
    assertThat(TraceTree.rows(List.of(ORDER, FIRST, SECOND, PAID), NAMES, false))
        .extracting(TraceTree.Row::label)
        .containsExactly(
            "web  GET /x",
            "|- web  attempt 1 -> payments-1",
            "`- web  attempt 2 (resend 1) -> payments-2",
            "   `- payments-2  GET /x");
  }

  @Test
  void aSpanWhoseParentIsMissingStandsByItself() {
    assertThat(TraceTree.rows(List.of(ORDER, PAID), NAMES, true))
        .extracting(TraceTree.Row::label)
        .containsExactly("web  GET /x", "payments-2  GET /x");
  }

  private static Span span(
      String id, String parent, String who, int kind, int from, int to, String key, String value) {
    return new Span(
        "t",
        id,
        parent,
        who,
        "GET",
        kind,
        from * 1_000_000L,
        to * 1_000_000L,
        Map.of("http.request.method", "GET", "url.path", "/x", key, value));
  }
}

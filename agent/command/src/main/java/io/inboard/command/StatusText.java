// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static io.inboard.command.StatusLines.age;
import static io.inboard.command.StatusLines.count;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * The status as a person reads it, from the question "does it run" down to the single endpoint. The
 * JSON form has everything; here stands what one looks for.
 */
final class StatusText {
  private final StatusLines out = new StatusLines();

  private StatusText() {}

  static String of(String json) {
    StatusText text = new StatusText();
    text.write(JsonTree.parse(json));
    return text.out.toString();
  }

  private void write(JsonTree s) {
    line(
        "%s  (%spid %s, Java %s%s)%s",
        s.get("service").text(),
        s.get("version").isEmpty() ? "" : "Inboard " + s.get("version").text() + ", ",
        s.get("pid").text(),
        s.get("java").text(),
        s.get("uptimeSeconds").isEmpty() ? "" : ", up " + age(s.get("uptimeSeconds")),
        s.get("enabled").isTrue() ? "" : "  SWITCHED OFF (enabled: false)");
    settings(s.get("settings"), s.get("time"));
    identity(s.get("identity"));
    new InboundText(out).write(s.get("inbound"));
    SocketsText.write(s.get("sockets"), out);
    s.get("destinations").elements().forEach(this::destination);
    s.get("names").elements().forEach(this::name);
    s.get("endpointFiles").elements().forEach(this::endpointFile);
    for (String library : s.get("innerAttempts").keys()) {
      line(
          "unasked      %s repeated %s by itself (libraryRetries: disable stops it)",
          library, count(s.get("innerAttempts").get(library), "send"));
    }
    for (String library : s.get("outerAttempts").keys()) {
      line(
          "around       %s of the application repeated %s to destinations, one attempt each",
          library, count(s.get("outerAttempts").get(library), "call"));
    }
    telemetry(s.get("telemetry"));
    loops(s.get("loops"));
    line("hooks");
    s.get("hooks").elements().forEach(this::hook);
    if (!s.get("errors").text().equals("0")) {
      line("errors kept from the application: %s", s.get("errors").text());
    }
  }

  private void settings(JsonTree s, JsonTree now) {
    line(
        "settings     %s, version %s, %s%s; %s, %s failed",
        s.get("source").text(),
        s.get("version").text(),
        s.get("origin").text(),
        since(s.get("loadedAt"), now),
        count(s.get("reloads"), "reload"),
        s.get("failures").text());
    problem(s.get("lastError"));
    problem(s.get("pending"));
  }

  private void loops(JsonTree s) {
    for (JsonTree loop : s.elements()) {
      if (!loop.get("failures").text().equals("0")) {
        line(
            "thread       %s goes on after %s failures, the last one %s",
            loop.get("name").text(), loop.get("failures").text(), loop.get("lastFailure").text());
      }
    }
  }

  /** How long ago it was, by the clock of the JVM that was asked. */
  private static String since(JsonTree moment, JsonTree now) {
    try {
      Duration age = Duration.between(Instant.parse(moment.text()), Instant.parse(now.text()));
      return ", loaded " + age(age.toSeconds()) + " ago";
    } catch (DateTimeException e) {
      return "";
    }
  }

  private void identity(JsonTree s) {
    if (s.get("id").isEmpty()) {
      line("identity     none");
    } else {
      line(
          "identity     %s, generation %s, %s",
          s.get("id").text(), s.get("generation").text(), validity(s));
    }
    problem(s.get("warning"));
    problem(s.get("lastError"));
  }

  private static String validity(JsonTree s) {
    String until = s.get("notAfter").text();
    String left = s.get("expiresInSeconds").text();
    if (left.isEmpty()) {
      return "valid until " + until;
    }
    long seconds = Long.parseLong(left);
    return seconds < 0
        ? "EXPIRED " + age(-seconds) + " ago (" + until + ")"
        : "expires in " + age(seconds) + " (" + until + ")";
  }

  private void destination(JsonTree s) {
    line(
        "destination  %s, %s%s; %s, %s in flight, %s, %s (and %s), %s rejected",
        s.get("name").text(),
        s.get("balancer").text(),
        s.get("breaker").isEmpty() ? "" : ", breaker " + s.get("breaker").text(),
        count(s.get("calls"), "call"),
        s.get("inFlight").text(),
        count(s.get("retries"), "retry", "retries"),
        count(s.get("timeouts"), "timeout"),
        count(s.get("perTryTimeouts"), "perTryTimeout"),
        s.get("rejected").text());
    if (s.get("matchesEndpoints").isTrue()) {
      line("  calls by the address of an endpoint are its calls, too (alsoMatches)");
    }
    lastSeconds(s.get("window"), s.get("latency"));
    if (!s.get("noEndpoint").isEmpty()) {
      line("  no endpoint: %s", s.get("noEndpoint").text());
    }
    for (JsonTree e : s.get("endpoints").elements()) {
      if (e.get("state").text().equals("UNTRIED")) {
        line("  %-24s not called yet", e.get("address").text());
        continue;
      }
      line(
          "  %-24s %-8s %s, %s, %s in flight, ejected %s%s",
          e.get("address").text(),
          e.get("state").text(),
          count(e.get("requests"), "request"),
          count(e.get("failures"), "failure"),
          e.get("inFlight").text(),
          count(e.get("ejections"), "time"),
          (e.get("state").text().equals("EJECTED")
                  ? ", back in " + e.get("ejectedForMillis").text() + " ms"
                  : "")
              + (e.get("draining").isTrue() ? ", draining" : ""));
    }
  }

  /** A name of endpoints that cannot be resolved; the others show by their addresses. */
  private void name(JsonTree s) {
    if (!s.get("lastError").isEmpty()) {
      line(
          "name         %s cannot be resolved: %s, %s; %s",
          s.get("name").text(),
          s.get("lastError").text(),
          count(s.get("failures"), "failure"),
          s.get("addresses").elements().isEmpty()
              ? "nothing is sent there"
              : "its last addresses stay in use");
    }
  }

  private void endpointFile(JsonTree s) {
    line(
        "endpoints    %s: %s, %s%s",
        s.get("file").text(),
        count(s.get("endpoints"), "entry", "entries"),
        count(s.get("changes"), "change"),
        s.get("stale").isTrue() ? ", STALE: what it says now is not in use" : "");
    problem(s.get("lastError"));
  }

  /** What Hystrix's dashboard had. */
  private void lastSeconds(JsonTree window, JsonTree latency) {
    line(
        "  last 10 s: %s ok, %s failed (%s %%), %s, %s (and %s); rejected: %s breaker,"
            + " %s overflow, %s throttled",
        window.get("success").text(),
        window.get("failure").text(),
        window.get("errorPercent").text(),
        count(window.get("retries"), "retry", "retries"),
        count(window.get("timeouts"), "timeout"),
        count(window.get("perTryTimeouts"), "perTryTimeout"),
        window.get("shortCircuited").text(),
        window.get("overflowed").text(),
        window.get("throttled").text());
    if (!latency.get("count").text().equals("0")) {
      line(
          "  latency, ms: mean %s, p50 %s, p90 %s, p95 %s, p99 %s, p99.9 %s",
          latency.get("mean").text(),
          latency.get("p50").text(),
          latency.get("p90").text(),
          latency.get("p95").text(),
          latency.get("p99").text(),
          latency.get("p999").text());
    }
  }

  private void telemetry(JsonTree s) {
    line(
        "telemetry    traces: %s; metrics: %s; %s",
        s.get("tracesTarget").isEmpty()
            ? "no endpoint configured"
            : "to "
                + s.get("tracesTarget").text()
                + ", "
                + count(s.get("spansExported"), "span")
                + " exported, "
                + s.get("spansDropped").text()
                + " dropped, "
                + s.get("spansQueued").text()
                + " queued",
        s.get("metricsTarget").isEmpty()
            ? "no endpoint configured"
            : "to " + s.get("metricsTarget").text(),
        count(s.get("exportFailures"), "failed export"));
    problem(s.get("lastError"));
  }

  private void hook(JsonTree s) {
    String errors = s.get("errors").text();
    String counted =
        errors.equals("0")
            ? ""
            : ", " + count(s.get("errors"), "error") + " kept from the application";
    if (s.get("libraries").isEmpty()) {
      line("  %-20s not loaded yet%s", s.get("unit").text(), counted);
    }
    for (JsonTree library : s.get("libraries").elements()) {
      boolean applied = library.get("applied").isTrue();
      line(
          "  %-20s %s %s%s%s",
          s.get("unit").text(),
          applied ? "applied to" : "NOT APPLIED to",
          library.get("library").text(),
          applied ? "" : ": " + library.get("reason").text(),
          counted);
    }
  }

  private void problem(JsonTree error) {
    if (!error.isEmpty()) {
      line("             ! %s", error.text());
    }
  }

  private void line(String format, Object... values) {
    out.add(13, format, values);
  }
}

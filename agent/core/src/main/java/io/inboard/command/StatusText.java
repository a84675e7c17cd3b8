// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

/**
 * The status as a person reads it, from the question "does it run" down to the single endpoint. The
 * JSON form has everything; here stands what one looks for.
 */
final class StatusText {
  private final StringBuilder out = new StringBuilder();

  private StatusText() {}

  static String of(String json) {
    StatusText text = new StatusText();
    text.write(JsonTree.parse(json));
    return text.out.toString().stripTrailing();
  }

  private void write(JsonTree s) {
    line(
        "%s  (pid %s, Java %s)%s",
        s.get("service").text(),
        s.get("pid").text(),
        s.get("java").text(),
        s.get("enabled").isTrue() ? "" : "  SWITCHED OFF (enabled: false)");
    settings(s.get("settings"));
    identity(s.get("identity"));
    inbound(s.get("inbound"));
    s.get("destinations").elements().forEach(this::destination);
    for (String library : s.get("innerAttempts").keys()) {
      line(
          "unasked      %s repeated %s sends by itself (libraryRetries: disable stops it)",
          library, s.get("innerAttempts").get(library).text());
    }
    telemetry(s.get("telemetry"));
    line("hooks");
    s.get("hooks").elements().forEach(this::hook);
    if (!s.get("errors").text().equals("0")) {
      line("errors kept from the application: %s", s.get("errors").text());
    }
  }

  private void settings(JsonTree s) {
    line(
        "settings     %s, version %s, %s, since %s; %s reloads, %s failed",
        s.get("source").text(),
        s.get("version").text(),
        s.get("origin").text(),
        s.get("loadedAt").text(),
        s.get("reloads").text(),
        s.get("failures").text());
    problem(s.get("lastError"));
  }

  private void identity(JsonTree s) {
    if (s.get("id").isEmpty()) {
      line("identity     none");
    } else {
      line(
          "identity     %s, valid until %s, generation %s",
          s.get("id").text(), s.get("notAfter").text(), s.get("generation").text());
    }
    problem(s.get("lastError"));
  }

  private void inbound(JsonTree s) {
    line(
        "inbound      %s, %s authorization rules; %s requests, %s denied, %s in flight%s",
        s.get("mtls").text(),
        s.get("authorizationRules").text(),
        s.get("requests").text(),
        s.get("denied").text(),
        s.get("load").get("inFlight").text(),
        counted(s.get("connectionsRefused"), " connections refused"));
    load(s);
  }

  /**
   * What keeps the server alive: said once there is a limit, or anything was refused or ignored.
   */
  private void load(JsonTree s) {
    JsonTree load = s.get("load");
    String limit = load.get("limit").text();
    long refused = 0;
    StringBuilder shed = new StringBuilder();
    for (String reason : new String[] {"adaptive", "concurrency", "queue_time", "deadline"}) {
      String count = load.get("shed").get(reason).text();
      if (!count.isEmpty() && !count.equals("0")) {
        shed.append(shed.isEmpty() ? " (" : ", ").append(reason).append(' ').append(count);
        refused += Long.parseLong(count);
      }
    }
    boolean limited = !limit.isEmpty() && !limit.equals(Integer.toString(Integer.MAX_VALUE));
    if (limited || refused > 0) {
      line(
          "  limit %s, %s shed%s",
          limited ? limit : "none", refused, shed.isEmpty() ? "" : shed.append(')'));
    }
    String expired = load.get("expired").text();
    String untrusted = s.get("deadlinesUntrusted").text();
    String malformed = s.get("deadlinesMalformed").text();
    if (!(expired + untrusted + malformed).matches("0*")) {
      line(
          "  deadlines: %s past and let in, %s untrusted, %s malformed",
          expired, untrusted, malformed);
    }
  }

  private static String counted(JsonTree count, String what) {
    return count.isEmpty() || count.text().equals("0") ? "" : ", " + count.text() + what;
  }

  private void destination(JsonTree s) {
    line(
        "destination  %s, %s%s; %s calls, %s in flight, %s retries, %s timeouts, %s rejected",
        s.get("name").text(),
        s.get("balancer").text(),
        s.get("breaker").isEmpty() ? "" : ", breaker " + s.get("breaker").text(),
        s.get("calls").text(),
        s.get("inFlight").text(),
        s.get("retries").text(),
        s.get("timeouts").text(),
        s.get("rejected").text());
    lastSeconds(s.get("window"), s.get("latency"));
    for (JsonTree e : s.get("endpoints").elements()) {
      line(
          "  %-24s %-8s %s requests, %s failures, %s in flight, ejected %s times%s",
          e.get("address").text(),
          e.get("state").text(),
          e.get("requests").text(),
          e.get("failures").text(),
          e.get("inFlight").text(),
          e.get("ejections").text(),
          e.get("state").text().equals("EJECTED")
              ? ", back in " + e.get("ejectedForMillis").text() + " ms"
              : "");
    }
  }

  /** What Hystrix's dashboard had. */
  private void lastSeconds(JsonTree window, JsonTree latency) {
    line(
        "  last 10 s: %s ok, %s failed (%s %%), %s retries, %s timeouts; rejected: %s breaker,"
            + " %s overflow, %s throttled",
        window.get("success").text(),
        window.get("failure").text(),
        window.get("errorPercent").text(),
        window.get("retries").text(),
        window.get("timeouts").text(),
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
    String target = s.get("tracesTarget").text();
    line(
        "telemetry    traces to %s: %s exported, %s dropped, %s queued; metrics to %s; %s failures",
        target.isEmpty() ? "nowhere" : target,
        s.get("spansExported").text(),
        s.get("spansDropped").text(),
        s.get("spansQueued").text(),
        s.get("metricsTarget").isEmpty() ? "nowhere" : s.get("metricsTarget").text(),
        s.get("exportFailures").text());
    problem(s.get("lastError"));
  }

  private void hook(JsonTree s) {
    String errors = s.get("errors").text();
    String counted = errors.equals("0") ? "" : ", " + errors + " errors kept from the application";
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
    out.append(String.format(format, values)).append('\n');
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static io.inboard.command.StatusLines.age;
import static io.inboard.command.StatusLines.count;

import java.util.ArrayList;
import java.util.List;

/** The part of {@link StatusText} that tells what arrives: ports, callers, refusals, limits. */
final class InboundText {
  private static final int INDENT = 15;
  private static final int MOST_CALLERS = 5;
  private static final int MOST_REFUSALS = 8;

  private final StatusLines lines;

  InboundText(StatusLines lines) {
    this.lines = lines;
  }

  void write(JsonTree s) {
    lines.add(
        13,
        "inbound      %s, %s; %s, %s denied, %s in flight%s",
        s.get("mtls").text(),
        count(s.get("authorizationRules"), "authorization rule"),
        count(s.get("requests"), "request"),
        number(s.get("denied")),
        number(s.get("load").get("inFlight")),
        isZero(s.get("connectionsRefused"))
            ? ""
            : ", " + count(s.get("connectionsRefused"), "connection") + " refused");
    JsonTree traffic = s.get("traffic");
    traffic.get("ports").elements().forEach(this::port);
    JsonTree byReason = traffic.get("refusedRequests");
    for (String reason : byReason.keys()) {
      lines.add(INDENT, "  refused      %s: %s", count(byReason.get(reason), "request"), reason);
    }
    lastRefusals(traffic.get("lastRefusals").elements());
    load(s);
  }

  private void port(JsonTree s) {
    String port = s.get("port").text();
    lines.add(
        INDENT,
        "  %-12s %s; requests: %s; connections: %s mutual, %s plaintext%s",
        port.equals("0") ? "other ports" : "port " + port,
        s.get("mode").text(),
        split(s.get("requests")),
        number(s.get("connections").get("mutual")),
        number(s.get("connections").get("plaintext")),
        refused(s.get("refused")));
    boolean strict = s.get("mode").text().equals("STRICT");
    if (s.get("plaintextSecondsAgo").isEmpty()) {
      if (s.get("mode").text().equals("PERMISSIVE")) {
        lines.add(INDENT, "               nobody has come in plaintext so far: STRICT is safe");
      }
      return;
    }
    lines.add(
        INDENT,
        "               last plaintext %s ago%s:",
        age(s.get("plaintextSecondsAgo")),
        strict ? ", before it was STRICT" : "; STRICT would refuse");
    List<JsonTree> callers = s.get("plaintextCallers").elements();
    for (JsonTree caller : callers.subList(0, Math.min(MOST_CALLERS, callers.size()))) {
      String agent = caller.get("userAgent").text();
      lines.add(
          19,
          "                 %s %s, %s, %s ago",
          caller.get("address").text(),
          agent.isEmpty() ? "(no user agent)" : "\"" + agent + "\"",
          count(caller.get("requests"), "request"),
          age(caller.get("secondsAgo")));
    }
    if (callers.size() > MOST_CALLERS) {
      lines.add(19, "                 and %d more (--json)", callers.size() - MOST_CALLERS);
    }
  }

  private static String split(JsonTree requests) {
    String split =
        number(requests.get("mutual"))
            + " mutual, "
            + number(requests.get("plaintext"))
            + " plaintext";
    return isZero(requests.get("ownTls"))
        ? split
        : split + ", " + requests.get("ownTls").text() + " over the application's own TLS";
  }

  private static String refused(JsonTree byReason) {
    List<String> parts = new ArrayList<>();
    for (String reason : byReason.keys()) {
      parts.add(byReason.get(reason).text() + " " + reason);
    }
    return parts.isEmpty() ? "" : "; refused connections: " + String.join(", ", parts);
  }

  private void lastRefusals(List<JsonTree> last) {
    if (!last.isEmpty()) {
      lines.add(INDENT, "  last refusals");
    }
    for (JsonTree refusal : last.subList(0, Math.min(MOST_REFUSALS, last.size()))) {
      String count = refusal.get("count").text();
      lines.add(
          INDENT,
          "    %-10s %s of %s on port %s: %s%s",
          age(refusal.get("secondsAgo")) + " ago",
          refusal.get("what").text(),
          refusal.get("peer").text(),
          refusal.get("port").text(),
          refusal.get("reason").text(),
          count.equals("1") ? "" : " (" + count + " times)");
    }
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
    if (!limit.isEmpty() || refused > 0) {
      lines.add(
          INDENT,
          "  limit %s, %s shed%s",
          limit.isEmpty() ? "none" : limit,
          refused,
          shed.isEmpty() ? "" : shed.append(')'));
    }
    JsonTree rate = s.get("rateLimit");
    String most = rate.get("limit").text();
    if (!most.isEmpty() || !isZero(rate.get("refused"))) {
      lines.add(
          INDENT,
          "  rate limit %s; %s refused",
          most.isEmpty() ? "none" : most,
          number(rate.get("refused")));
    }
    String expired = load.get("expired").text();
    String untrusted = s.get("deadlinesUntrusted").text();
    String malformed = s.get("deadlinesMalformed").text();
    if (!(expired + untrusted + malformed).matches("0*")) {
      lines.add(
          INDENT,
          "  deadlines: %s past and let in, %s untrusted, %s malformed",
          expired,
          untrusted,
          malformed);
    }
  }

  private static String number(JsonTree number) {
    return number.isEmpty() ? "0" : number.text();
  }

  private static boolean isZero(JsonTree number) {
    return number.isEmpty() || number.text().equals("0");
  }
}

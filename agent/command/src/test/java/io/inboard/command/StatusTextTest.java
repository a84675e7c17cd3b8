// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatusTextTest {
  private static final String JSON =
      """
      {"version": "1.2.3", "time": "2026-11-21T13:34:09Z", "uptimeSeconds": 7260,
       "pid": 7, "java": "17.0.15", "service": "web", "enabled": true,
       "settings": {"source": "web.yaml", "version": "b4-1", "origin": "SOURCE",
         "loadedAt": "2026-11-21T13:29:04Z", "lastError": "web.yaml:3: a tab", "reloads": 2,
         "failures": 1},
       "identity": {"id": "spiffe://cluster.local/ns/shop/sa/web", "notAfter": "2026-12-21T00:00:00Z",
         "expiresInSeconds": 2543151, "generation": 1, "lastError": ""},
       "inbound": {"mtls": "STRICT", "authorizationRules": 0, "requests": 3, "denied": 1,
         "load": {"limit": null, "inFlight": 0}, "errors": 0, "connectionsRefused": 3,
         "traffic": {
           "ports": [
             {"port": 8080, "mode": "PERMISSIVE", "requests": {"mutual": 120, "ownTls": 0,
               "plaintext": 3}, "connections": {"mutual": 12, "plaintext": 1},
              "refused": {"expired": 1, "no certificate": 2}, "plaintextSecondsAgo": 12,
              "plaintextCallers": [{"address": "10.0.0.7", "userAgent": "kube-probe/1.29",
                "requests": 1, "secondsAgo": 12}]},
             {"port": 8443, "mode": "PERMISSIVE", "requests": {"mutual": 1, "ownTls": 0,
               "plaintext": 0}, "connections": {"mutual": 1, "plaintext": 0}, "refused": {},
              "plaintextSecondsAgo": null, "plaintextCallers": []}],
           "refusedRequests": {"DENY rule inbound.authorization[1] matched": 1},
           "lastRefusals": [{"port": 8080, "peer": "cluster.local/ns/shop/sa/web",
             "what": "GET /admin/x", "reason": "DENY rule inbound.authorization[1] matched",
             "count": 2, "secondsAgo": 5}]}},
       "destinations": [{"name": "payments", "balancer": "LEAST_REQUEST", "matchesEndpoints": true, "breaker": "OPEN",
         "calls": 5, "retries": 1, "timeouts": 0, "perTryTimeouts": 3, "rejected": 2, "inFlight": 3,
         "window": {"calls": 9, "success": 7, "failure": 2, "errorPercent": 22.2, "retries": 1,
           "timeouts": 0, "perTryTimeouts": 1, "rejected": 2, "shortCircuited": 2, "overflowed": 0, "throttled": 0},
         "latency": {"count": 7, "mean": 4.5, "p50": 4.0, "p90": 6.0, "p95": 7.0, "p99": 8.0,
           "p999": 9.0},
         "endpoints": [
           {"address": "10.0.0.5:8443", "state": "EJECTED", "ejectedForMillis": 900, "inFlight": 0,
            "requests": 9, "failures": 5, "ejections": 1},
           {"address": "10.0.0.6:8443", "state": "UNTRIED", "ejectedForMillis": 0, "inFlight": 0,
            "requests": 0, "failures": 0, "ejections": 0}]}],
       "innerAttempts": {"http-url-connection": 3},
       "outerAttempts": {"spring-retry": 2},
       "hooks": [{"unit": "okhttp", "errors": 0, "libraries": []},
         {"unit": "tomcat", "errors": 4, "libraries": [
           {"library": "tomcat-12.jar", "applied": false, "reason": "class X is missing",
            "classes": []}]}],
       "telemetry": {"tracesTarget": "", "metricsTarget": "", "spansExported": 0,
         "spansDropped": 0, "spansQueued": 0, "exportFailures": 0, "lastError": ""},
       "errors": 0}
      """;

  @Test
  void aPersonFindsWhatIsWrong() {
    String text = StatusText.of(JSON);
    assertThat(text)
        .startsWith("web  (Inboard 1.2.3, pid 7, Java 17.0.15, up 2 h 1 min)\n")
        .contains("loaded 5 min ago; 2 reloads, 1 failed")
        .contains("! web.yaml:3: a tab")
        .contains(
            "identity     spiffe://cluster.local/ns/shop/sa/web, generation 1, expires in 29 d 10"
                + " h")
        .contains("destination  payments, LEAST_REQUEST, breaker OPEN; 5 calls, 3 in flight")
        .contains("calls by the address of an endpoint are its calls, too")
        .contains("spring-retry of the application repeated 2 calls")
        .contains("last 10 s: 7 ok, 2 failed (22.2 %), 1 retry, 0 timeouts (and 1 perTryTimeout)")
        .contains("0 timeouts (and 3 perTryTimeouts)")
        .contains("p95 7.0, p99 8.0, p99.9 9.0")
        .contains("10.0.0.5:8443            EJECTED  9 requests, 5 failures")
        .contains("ejected 1 time, back in")
        .contains("10.0.0.6:8443            not called yet")
        .contains("back in 900 ms")
        .contains("http-url-connection repeated 3 sends by itself")
        .contains("okhttp               not loaded yet")
        .contains("tomcat               NOT APPLIED to tomcat-12.jar: class X is missing, 4 errors")
        .contains("traces: no endpoint configured; metrics: no endpoint configured")
        .doesNotContain("nowhere");
  }

  @Test
  void whenStrictIsSafeIsSeenAtAGlance() {
    assertThat(StatusText.of(JSON))
        .contains(
            "port 8080    PERMISSIVE; requests: 120 mutual, 3 plaintext; connections: 12 mutual")
        .contains("last plaintext 12 s ago; STRICT would refuse:")
        .contains("10.0.0.7 \"kube-probe/1.29\", 1 request, 12 s ago")
        .containsPattern("port 8443 [^\n]*\n *nobody has come in plaintext so far: STRICT is safe");
  }

  @Test
  void whoWasRefusedWhatIsSaid() {
    assertThat(StatusText.of(JSON).replaceAll("\\s+", " "))
        .contains("refused connections: 1 expired, 2 no certificate")
        .contains("refused 1 request: DENY rule inbound.authorization[1] matched")
        .contains("5 s ago GET /admin/x of cluster.local/ns/shop/sa/web on port 8080: DENY rule")
        .contains("(2 times)");
  }

  @Test
  void noLineIsLongerThanATerminalAndNothingIsLost() {
    String longer =
        JSON.replace("web.yaml:3: a tab", "wrong ".repeat(60) + "/a/path".repeat(40))
            .replace("\"GET /admin/x\"", "\"GET /\\u001b[31m" + "x".repeat(200) + "\"");
    String text = StatusText.of(longer);
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(120));
    assertThat(text.replaceAll("\\s+", "")).contains("/a/path".repeat(40));
    assertThat(text).doesNotContain("\u001b").contains("\\u001b[31m");
  }

  @Test
  void agesAreInTheUnitsThatAPersonWouldUse() {
    assertThat(StatusLines.age(0)).isEqualTo("0 s");
    assertThat(StatusLines.age(119)).isEqualTo("119 s");
    assertThat(StatusLines.age(120)).isEqualTo("2 min");
    assertThat(StatusLines.age(3_600)).isEqualTo("1 h");
    assertThat(StatusLines.age(7_560)).isEqualTo("2 h 6 min");
    assertThat(StatusLines.age(2 * 86_400 + 3_700)).isEqualTo("2 d 1 h");
  }

  @Test
  void theKillSwitchIsSeenFirst() {
    String off = JSON.replace("\"enabled\": true", "\"enabled\": false");
    assertThat(StatusText.of(off).lines().findFirst().orElseThrow()).contains("SWITCHED OFF");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatusTextTest {
  private static final String JSON =
      """
      {"pid": 7, "java": "17.0.15", "service": "web", "enabled": true,
       "settings": {"source": "web.yaml", "version": "b4-1", "origin": "SOURCE",
         "loadedAt": "2026-11-21T13:29:04Z", "lastError": "web.yaml:3: a tab", "reloads": 2,
         "failures": 1},
       "identity": {"id": "spiffe://cluster.local/ns/shop/sa/web", "notAfter": "2026-12-21T00:00:00Z",
         "generation": 1, "lastError": ""},
       "inbound": {"mtls": "STRICT", "authorizationRules": 0, "requests": 3, "denied": 1,
         "inFlight": 0, "errors": 0},
       "destinations": [{"name": "payments", "balancer": "LEAST_REQUEST", "breaker": "OPEN",
         "calls": 5, "retries": 1, "timeouts": 0, "rejected": 2, "inFlight": 3,
         "window": {"calls": 9, "success": 7, "failure": 2, "errorPercent": 22.2, "retries": 1,
           "timeouts": 0, "rejected": 2, "shortCircuited": 2, "overflowed": 0, "throttled": 0},
         "latency": {"count": 7, "mean": 4.5, "p50": 4.0, "p90": 6.0, "p95": 7.0, "p99": 8.0,
           "p999": 9.0},
         "endpoints": [
           {"address": "10.0.0.5:8443", "state": "EJECTED", "ejectedForMillis": 900, "inFlight": 0,
            "requests": 9, "failures": 5, "ejections": 1}]}],
       "innerAttempts": {"http-url-connection": 3},
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
        .startsWith("web  (pid 7, Java 17.0.15)\n")
        .contains("! web.yaml:3: a tab")
        .contains("identity     spiffe://cluster.local/ns/shop/sa/web, valid until 2026-12-21")
        .contains("destination  payments, LEAST_REQUEST, breaker OPEN; 5 calls, 3 in flight")
        .contains("last 10 s: 7 ok, 2 failed (22.2 %), 1 retries")
        .contains("p95 7.0, p99 8.0, p99.9 9.0")
        .contains("10.0.0.5:8443            EJECTED  9 requests, 5 failures")
        .contains("back in 900 ms")
        .contains("http-url-connection repeated 3 sends by itself")
        .contains("okhttp               not loaded yet")
        .contains(
            "tomcat               NOT APPLIED to tomcat-12.jar: class X is missing, 4 errors");
  }

  @Test
  void theKillSwitchIsSeenFirst() {
    String off = JSON.replace("\"enabled\": true", "\"enabled\": false");
    assertThat(StatusText.of(off).lines().findFirst().orElseThrow()).contains("SWITCHED OFF");
  }
}

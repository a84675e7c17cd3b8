// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inboard.settings.document.Document;
import io.inboard.settings.document.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user gets wrong, and what the reader says to it. */
class ProblemsTest {
  private static final String IDENTITY =
      "identity: {certificateChain: a, privateKey: b, trustBundle: c}\n";

  private final SettingsReader reader =
      new SettingsReader(Map.of("PORT", "70000", "SECRET", "hunter2"), "app.jar");

  @Test
  void allProblemsAreSaidAtOnceInTheOrderOfTheFile() {
    List<Problem> problems =
        problems(
            """
            enabld: true
            destinations:
              - host: payments
                timeout: 2
                retries: {attempts: many, retryOn: "connect-failur"}
              - endpoints: ["10.0.0.1"]
            """);

    assertThat(problems)
        .extracting(Problem::path)
        .containsExactly(
            "enabld",
            "destinations[0].timeout",
            "destinations[0].retries.attempts",
            "destinations[0].retries.retryOn",
            "destinations[1]",
            "destinations[1].endpoints[0]");
    assertThat(problems.get(0).hint()).isEqualTo("did you mean enabled?");
    assertThat(problems.get(1))
        .hasToString(
            "4:14 destinations[0].timeout: must be a duration, but was '2' (with a unit: 2s or 2ms)");
    assertThat(problems.get(3).hint()).isEqualTo("did you mean connect-failure?");
    assertThat(problems.get(4).message()).isEqualTo("the key 'host' is missing");
  }

  @Test
  void theExceptionsMessageIsOneLine() {
    SettingsException e = failure("a: 1\nb: 2\n");

    assertThat(e).hasMessageStartingWith("inboard.yaml:1:1 a: is an unknown key");
    assertThat(e).hasMessageEndingWith(", and 1 more");
    assertThat(e.getMessage()).doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "discovery: {dns: x}",
        "headers: {request: {set: {a: b}}}",
        "mirror: {host: b}",
        "rateLimit: {}",
        "routes: [{match: {queryParams: {a: {exact: b}}}}]",
        "routes: [{headers: {}}]",
        "connectionPool: {http: {idleTimeout: 1s}}",
        "connectionPool: {tcp: {tcpKeepalive: {}}}",
        "trafficPolicy: {portLevelSettings: []}",
        "loadBalancer: {localityLbSetting: {failoverPriority: [a]}}",
        "fault: {abort: {grpcStatus: UNAVAILABLE, httpStatus: 503, percentage: 1}}",
        "retries: {retryOn: retriable-headers}",
        "endpoints: [{address: 'a:1', priority: 1}]"
      })
  void whatALaterVersionBringsIsRefusedByName(String line) {
    assertThat(problems("destinations:\n  - host: a\n    " + line + "\n"))
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("not supported by this version yet"))
        .satisfies(p -> assertThat(p.line()).isEqualTo(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PATCH", "post", "CONNECT", "put", "GET,HEAD", "'P UT'"})
  void aMethodThatIsNotIdempotentOrNoMethodIsRefused(String method) {
    String line = "retries: {idempotentMethods: [GET, \"" + method + "\"]}";
    assertThat(problems("destinations:\n  - host: a\n    " + line + "\n"))
        .singleElement()
        .satisfies(p -> assertThat(p.path()).endsWith("retries.idempotentMethods[1]"))
        .satisfies(p -> assertThat(p.line()).isEqualTo(3))
        .satisfies(p -> assertThat(p.hint()).isNotEmpty());
  }

  @Test
  void workloadApiAndInboundFaultsAreRefusedByName() {
    assertThat(problems("identity: {workloadApi: 'unix:///a'}\ninbound: {fault: {}}\n"))
        .extracting(Problem::message)
        .containsOnly("is not supported by this version yet")
        .hasSize(2);
  }

  @Test
  void tabsAreNamedAsSuch() {
    assertThat(problems("service:\n\tname: a\n"))
        .singleElement()
        .satisfies(p -> assertThat(p.line()).isEqualTo(2))
        .satisfies(p -> assertThat(p.hint()).contains("spaces"));
  }

  @Test
  void aKeyThatStandsTwiceIsRefusedWithBothLines() {
    assertThat(problems("service:\n  name: a\n  name: b\n"))
        .singleElement()
        .satisfies(p -> assertThat(p.line()).isEqualTo(3))
        .satisfies(p -> assertThat(p.hint()).isEqualTo("first in line 2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "- a\n- b",
        "[1, 2]",
        "<!DOCTYPE html><html><body>Not: found</body></html>",
        "service: [a]",
        "service: a",
        "destinations: {host: a}",
        "enabled: maybe",
        "enabled:",
        "telemetry: {traces: {ratio: 2}}",
        "telemetry: {traces: {sampler: always_on, ratio: 0.5}}",
        "telemetry: {propagators: [jaeger]}",
        "telemetry: {exclude: [health]}",
        "inbound: {mtls: STRICT}",
        "inbound: {mtls: strict}",
        "inbound: {portLevelMtls: {0: DISABLE}}",
        "inbound: {portLevelMtls: {a: DISABLE}}",
        "destinations: [{host: a, tls: {mode: MUTUAL}}]",
        "destinations: [{host: a, endpoints: ['b:0']}]",
        "destinations: [{host: a, endpoints: ['b:65536']}]",
        "destinations: [{host: a, endpoints: ['::1:80']}]",
        "destinations: [{host: a, endpoints: ['[::1]']}]",
        "destinations: [{host: a, endpoints: ['http://b:80']}]",
        "destinations: [{host: a, endpoints: ['b:80', 'B:80']}]",
        "destinations: [{host: a, endpoints: [{address: 'b:80', weight: 0}]}]",
        "destinations: [{host: a}, {host: A}]",
        "destinations: [{host: 'http://a'}]",
        "destinations: [{host: '*'}]",
        "destinations: [{host: a, outlierDetection: {maxEjectionPercent: 101}}]",
        "destinations: [{host: a, circuitBreaker: {failurePercent: 0}}]",
        "destinations: [{host: a, retries: {backoff: 1s, maxBackoff: 1ms}}]",
        "destinations: [{host: a, timeout: -1s}]",
        "destinations: [{host: a, retries: {retriableMethods: []}}]",
        "destinations: [{host: a, retries: {retriableMethods: [get]}}]",
        "destinations: [{host: a, loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}]",
        "destinations: [{host: a, loadBalancer: {consistentHash: {}}}]",
        "destinations: [{host: a, loadBalancer: {consistentHash: {useSourceIp: false}}}]",
        "destinations: [{host: a, loadBalancer: {consistentHash: {useSourceIp: true, httpHeaderName: x}}}]",
        "destinations: [{host: a, loadBalancer: {consistentHash: {httpCookie: {}}}}]",
        "destinations: [{host: a, loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 65536}}}}]",
        "destinations: [{host: a, loadBalancer: {consistentHash: {useSourceIp: true, maglev: {}, ringHash: {}}}}]",
        "destinations: [{host: a, loadBalancer: {consistentHash: {useSourceIp: true, balanceFactor: 50}}}]",
        "destinations: [{host: a, loadBalancer: {warmup: {duration: 1s}, warmupDurationSecs: 1s}}]",
        "destinations: [{host: a, loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 80, b: 30}}]}}}]",
        "destinations: [{host: a, loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {}}]}}}]",
        "destinations: [{host: a, loadBalancer: {localityLbSetting: {failover: [{from: a, to: a}]}}}]",
        "destinations: [{host: a, loadBalancer: {localityLbSetting: {failover: [{from: a}]}}}]",
        "destinations: [{host: a, outlierDetection: {baseEjectionTime: 2s, maxEjectionTime: 1s}}]",
        "destinations: [{host: a, outlierDetection: {outlierDetectionHttpErrorCodes: [200]}}]",
        "destinations: [{host: a, hedge: {after: p49}}]",
        "destinations: [{host: a, hedge: {after: pp}}]",
        "destinations: [{host: a, hedge: {after: p100}}]",
        "destinations: [{host: a, hedge: {after: 30}}]",
        "destinations: [{host: a, fallback: {}}]",
        "destinations: [{host: a, fallback: {destination: b}}]",
        "destinations: [{host: a, fallback: {destination: a}}]",
        "destinations: [{host: a, fault: {abort: {httpStatus: 503}}}]",
        "destinations: [{host: a, fault: {delay: {percentage: 5}}}]",
        "destinations: [{host: a, alsoMatches: endpoints}]",
        "destinations: [{host: a, endpoints: ['b:1'], alsoMatches: hosts}]",
        "destinations: [{host: '*.a', endpoints: ['b:1'], alsoMatches: endpoints}]",
        "destinations: [{host: a, routes: [{subset: v2}]}]",
        "destinations: [{host: a, routes: [{match: []}]}]",
        "destinations: [{host: a, routes: [{match: {path: {}}}]}]",
        "destinations: [{host: a, routes: [{match: {path: {exact: /a, prefix: /b}}}]}]",
        "destinations: [{host: a, routes: [{match: {path: {regex: '['}}}]}]",
        "destinations: [{host: a, routes: [{match: {path: /a, uri: /b}}]}]",
        "destinations: [{host: a, subsets: {v2: {labels: {version: v2}}}}]",
        "destinations: [{host: a, endpoints: ['b:1'], subsets: {v2: {}}}]",
        "destinations: [{host: a, deadline: {trust: any}}]",
        "destinations: [{host: a, trafficPolicy: {timeout: 1s}}]",
        "destinations: [{host: a, hedge: {}, trafficPolicy: {hedge: {}}}]",
        "destinations: [{host: a, connectionPool: {maxRetries: 1, http: {maxRetries: 1}}}]",
        "deadline: {mode: OBSERVE}",
        "deadline: {headers: [x-my-deadline]}",
        "libraryRetries: enable",
        "server: {exempt: [health]}",
        "inbound: {concurrencyLimit: {adaptive: vegas}}",
        "inbound: {concurrencyLimit: {min: 20, max: 10}}",
        "inbound: {concurrencyLimit: {partitions: {a: 60, b: 50}}}",
        "destinations: [{host: a, timeout: 99999999h}]",
        "destinations: [",
        "a: b: c",
        "service: {name: a}\n---\nservice: {name: b}",
        "service: *nobody",
        "reload: {interval: 1ms}",
        "identity: {certificateChain: a}",
        "{\"service\": {\"name\": }}",
        "service: {name: ${NOBODY_SET_THIS}}",
        "service:\n  name: ${NOBODY_SET_THIS}",
        "service:\n  name: ${open"
      })
  void nonsenseIsRefusedWithALine(String text) {
    assertThat(problems(text)).isNotEmpty().allSatisfy(p -> assertThat(p.line()).isPositive());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from: {principals: []}",
        "from: {}",
        "from:",
        "to: {paths: []}",
        "to: {paths: ['/a/*/b']}",
        "to: {paths: ['*a*']}",
        "to: {paths: ['a']}",
        "to: {methods: [get]}",
        "to: {ports: [0]}",
        "to: {hosts: [a]}",
        "from: {notPrincipals: [a]}",
        "when: []",
        "action: AUDIT"
      })
  void anAuthorizationRuleThatWouldMatchTooMuchOrNothingIsRefused(String line) {
    assertThat(problems(IDENTITY + "inbound:\n  authorization:\n    - " + line + "\n"))
        .singleElement()
        .satisfies(p -> assertThat(p.line()).isEqualTo(4))
        .satisfies(p -> assertThat(p.path()).startsWith("inbound.authorization[0]"));
  }

  /** Nothing is said of the rest of a section whose mode nobody understands. */
  @Test
  void aMisspeltModeOfTlsIsOneProblem() {
    String tls = "[{host: a, endpoints: ['b:1'], tls: {mode: MUTAUL, principals: ['*']}}]";
    for (String identity : new String[] {"", IDENTITY}) {
      assertThat(problems(identity + "destinations: " + tls + "\n"))
          .as(identity)
          .singleElement()
          .satisfies(p -> assertThat(p.path()).isEqualTo("destinations[0].tls.mode"))
          .satisfies(p -> assertThat(p.hint()).isEqualTo("did you mean MUTUAL?"));
    }
  }

  @Test
  void aSubsetThatARouteMisspellsIsNamed() {
    assertThat(
            problems(
                """
                destinations:
                  - host: a
                    endpoints: [{address: 'b:1', labels: {version: v2}}]
                    subsets: {canary: {labels: {version: v2}}}
                    routes:
                      - {subset: canery}
                      - {subsets: {canary: 50, all: 50}}
                """))
        .hasSize(2)
        .satisfies(p -> assertThat(p.get(0).hint()).isEqualTo("did you mean canary?"))
        .satisfies(p -> assertThat(p.get(1).message()).contains("'all'"));
  }

  @Test
  void aKeyInBothOfItsPlacesIsRefusedWithTheFirst() {
    assertThat(
            problems(
                "destinations:\n  - host: a\n    loadBalancer: {simple: RANDOM}\n"
                    + "    trafficPolicy: {loadBalancer: {simple: RANDOM}}\n"))
        .singleElement()
        .hasToString(
            "4:35 destinations[0].trafficPolicy.loadBalancer: stands in"
                + " destinations[0].loadBalancer already (remove one of the two)");
  }

  @Test
  void theValueOfAVariableIsNeverShown() {
    SettingsException e =
        failure("enabled: ${SECRET}\ndestinations:\n  - host: a\n    endpoints: ['b:${PORT}']\n");

    assertThat(e.problems()).hasSize(2);
    assertThat(e.problems().toString()).doesNotContain("hunter2").doesNotContain("70000");
    assertThat(e.problems().get(1).message()).contains("'b:${PORT}'");
  }

  @Test
  void aBombOfAliasesIsRefusedBeforeItGoesOff() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      String before = "*a" + (i - 1);
      text.append("a" + i + ": &a" + i + " [" + (before + ", ").repeat(8) + before + "]\n");
    }

    assertThat(problems(text.toString()))
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("aliases"));
  }

  @Test
  void anAddressThatWouldLeadToTwoDestinationsIsRefused() {
    String one =
        "destinations:\n  - {host: a, alsoMatches: endpoints, endpoints: ['10.0.0.1:80']}\n";
    assertThat(
            problems(
                one
                    + "  - {host: b, alsoMatches: endpoints,"
                    + " endpoints: ['10.0.0.2:80', '[::ffff:10.0.0.1]:80']}\n"))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.path()).isEqualTo("destinations[1].alsoMatches");
              assertThat(p.message()).contains("10.0.0.1:80", "destinations[0]");
            });
    assertThatCode(
            () ->
                reader.read(
                    one + "  - {host: b, endpoints: ['10.0.0.1:80', '10.0.0.1:81']}\n", "a.yaml"))
        .doesNotThrowAnyException();
  }

  @Test
  void aTextThatIsTooLargeIsRefusedUnparsed() {
    assertThat(problems("#".repeat(Document.MAX_SIZE + 1)))
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("16 MiB"));
  }

  @Test
  void whatIsNestedTooDeepIsRefused() {
    assertThat(problems("a: " + "[".repeat(5000))).hasSize(1);
    assertThat(problems("{\"a\": " + "[".repeat(5000))).hasSize(1);
  }

  @Test
  void aThousandMistakesAreToldByTheFirstHundred() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      text.append("k" + i + ": 1\n");
    }
    assertThat(problems(text.toString())).hasSize(100);
  }

  private List<Problem> problems(String text) {
    return failure(text).problems();
  }

  private SettingsException failure(String text) {
    SettingsException e =
        catchThrowableOfType(SettingsException.class, () -> reader.read(text, "inboard.yaml"));
    assertThat(e).as(text).isNotNull();
    return e;
  }
}

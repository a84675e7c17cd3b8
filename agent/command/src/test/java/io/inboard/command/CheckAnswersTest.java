// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code check} answers to mistakes that people make, each judged as its writer would. */
final class CheckAnswersTest {
  private static final String GOOD =
      """
      service: {name: vets, namespace: shop}
      identity:
        certificateChain: vets/cert-chain.pem
        privateKey: vets/key.pem
        trustBundle: vets/root-cert.pem
      inbound:
        mtls: PERMISSIVE
        portLevelMtls: {8091: DISABLE}
        authorization:
          - {action: ALLOW, from: {principals: ["cluster.local/ns/shop/sa/*"]}, to: {paths: ["/vets"]}}
          - {action: ALLOW, to: {ports: [8091]}}
      destinations:
        - host: payments
          endpoints: ["10.0.0.5:8080", "10.0.0.6:8080"]
          timeout: 2s
          retries: {attempts: 2, perTryTimeout: 500ms, retryOn: "connect-failure,503"}
          loadBalancer: {simple: PEAK_EWMA}
          outlierDetection: {maxEjectionPercent: 50}
      server: {exempt: [/health]}
      """;

  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();

  @BeforeEach
  void identity() throws Exception {
    run("ca", "init", directory.resolve("ca").toString());
    run(
        "ca",
        "issue",
        directory.resolve("ca").toString(),
        "--id",
        "spiffe://cluster.local/ns/shop/sa/vets",
        "--out",
        directory.resolve("vets").toString());
    out.getBuffer().setLength(0);
  }

  @Test
  void theGoodOneIsGoodFromAnyWorkingDirectory() throws IOException {
    assertThat(check(GOOD)).contains("inboard.yaml: OK");
  }

  /**
   * A text of the good settings, what stands in its place, and what is answered (after the name).
   */
  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
  mtls: PERM                 | mtls: {mode: STRICT} #    | 7:9 inbound.mtls: must be one value, but was a mapping (write mtls: STRICT)
  8091: DISABLE}\\n           | 8091: {mode: DISABLE}}\\n   | 8:25 inbound.portLevelMtls.8091: must be one value, but was a mapping (write 8091: DISABLE)
  ' mtls: PERM'              | 'mtls: PERM #'            | 8:3 the indentation does not fit: this line begins in column 3, and the mapping that it would belong to (line 7) in column 2
  perTryTimeout              | perTryTimout              | 16:28 destinations[0].retries.perTryTimout: is an unknown key (did you mean perTryTimeout?)
  exempt                     | exemt                     | 19:10 server.exemt: is an unknown key (did you mean exempt?)
  key.pem                    | kee.pem                   | 4:3 identity.privateKey: DIR/vets/kee.pem does not exist
  cert-chain.pem             | root-cert.pem             | 3:3 identity.certificateChain: DIR/vets/root-cert.pem: the certificate has 0 URI names
  '  privateKey'             | `\\tprivateKey`            | 4:1 a tab stands where only blanks may stand (YAML is indented with spaces, not with tabs)
  'sa/*"]'                   | 'sa/*"'                   | 10:71 the [ of line 10, column 42, is not closed by ] before '}'
  'service: {name: vets, namespace: shop}' | service: vets | 1:10 service: must be a mapping (key: value), but was a single value (write service: {name: orders})
  '{simple: PEAK_EWMA}'      | PEAK_EWMA                 | 17:19 destinations[0].loadBalancer: must be a mapping (key: value), but was a single value (write loadBalancer: {simple: PEAK_EWMA})
  '{principals: ["cluster.local/ns/shop/sa/*"]}' | '[{source: {principals: [a]}}]' | 10:29 inbound.authorization[0].from: must be a mapping (key: value), but was a list (write from: {principals: ["cluster.local/ns/shop/sa/web"]}; each source and operation of Istio's lists is a rule of its own here)
  perTryTimeout: 500ms       | perTryTimeout: 5s         | 16:43 destinations[0].retries.perTryTimeout: perTryTimeout 5s is longer than the timeout of the whole call, 2s (no attempt would ever reach it
  connect-failure            | connection-failure        | 16:59 destinations[0].retries.retryOn: 'connection-failure' is an unknown retry condition (did you mean connect-failure?)
  'timeout: 2s'              | 'timeout: 2 seconds'      | 15:14 destinations[0].timeout: must be a duration, but was '2 seconds' (such as 1h, 1m, 1s, 1ms, 1m30s)
  'service: {name: vets, namespace: shop}' | '{apiVersion: v1, kind: ConfigMap}' | this is a Kubernetes object
  'timeout: 2s'              | 'timeout: "2s'            | 16:60 a key was expected here, but was something else (a quote may be missing in this line or above it)
  'timeout: 2s'              | timeout                   | 15:5 a key without ':'
  'timeout: 2s'              | 'timeout: a: 2s'          | 15:15 a second ':' in one line
  """)
  void mistakes(String good, String bad, String answer) throws IOException {
    // What stands around a key is kept: the columns of the answers count.
    String from = text(good);
    assertThat(GOOD).contains(from);
    String settings =
        answer.contains("Kubernetes")
            ? text(bad) + "\n"
            : GOOD.replaceFirst(quote(from), text(bad));
    assertThat(check(settings)).contains(answer.strip().replace("DIR", directory.toString()));
  }

  private static String text(String cell) {
    String bare =
        cell.length() > 1 && cell.startsWith("'") && cell.endsWith("'")
            ? cell.substring(1, cell.length() - 1)
            : cell;
    return bare.replace("\\n", "\n").replace("\\t", "\t");
  }

  private static String quote(String text) {
    return java.util.regex.Pattern.quote(text);
  }

  @Test
  void aKeyThatStandsTwiceIsSaidWithItsFirstLine() throws IOException {
    assertThat(check(GOOD + "service: {name: b}\n"))
        .contains("20:1 service: duplicate key (first in line 1)");
  }

  @Test
  void aRoutesAttemptIsNotLongerThanItsCall() throws IOException {
    String route = "    routes: [{timeout: 300ms%s}]\nserver:";
    assertThat(check(GOOD.replace("server:", route.formatted(", retries: {perTryTimeout: 400ms}"))))
        .contains("19:56 destinations[0].routes[0].retries.perTryTimeout: perTryTimeout 400ms");
    assertThat(check(GOOD.replace("server:", route.formatted("")))).contains(": OK");
  }

  @Test
  void whatSaysNothingIsNoSettings() throws IOException {
    for (String nothing : new String[] {"", "\n", "# service: {name: a}\n", "---\n"}) {
      assertThat(check(nothing)).as(nothing).contains("is empty").doesNotContain("OK");
    }
  }

  private String check(String settings) throws IOException {
    Path file = Files.writeString(directory.resolve("inboard.yaml"), settings);
    out.getBuffer().setLength(0);
    int code = run("check", file.toString());
    assertThat(code).isEqualTo(out.toString().contains(": OK") ? 0 : 1);
    return out.toString();
  }

  private int run(String... arguments) {
    PrintWriter to = new PrintWriter(out, true);
    return CommandLine.run(arguments, "no.jar", to, to, false);
  }
}

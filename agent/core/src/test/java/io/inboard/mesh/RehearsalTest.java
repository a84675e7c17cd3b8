// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.InboundCall;
import io.inboard.call.Log;
import io.inboard.call.Step;
import io.inboard.identity.DevelopmentCa;
import io.inboard.settings.reading.SettingsReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RehearsalTest {
  private static final String MARK = "the first call begins";

  @TempDir File directory;

  private String settings() throws IOException {
    DevelopmentCa.create().issue("spiffe://cluster.local/ns/shop/sa/web").save(directory);
    String pem = directory.getPath();
    return """
        identity: {certificateChain: %1$s/cert-chain.pem, privateKey: %1$s/key.pem, trustBundle: %1$s/root-cert.pem}
        inbound: {mtls: PERMISSIVE, authorization: [{action: DENY, to: {paths: ["/admin/*"]}}]}
        destinations:
        - host: payments
          endpoints: ["127.0.0.1:9", "127.0.0.3:9"]
          tls: {mode: MUTUAL}
          timeout: 5s
          circuitBreaker: {requestVolume: 1}
        - {host: "*.shop", fault: {abort: {percentage: 100, httpStatus: 500}}}
        """
        .formatted(pem);
  }

  @Test
  void nothingInForceIsTouchedAndNobodyIsConnectedTo() throws Exception {
    try (ServerSocket collector = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Mesh mesh = mesh(settings(), "http://127.0.0.1:" + collector.getLocalPort());
      OutboundStatus before = mesh.outbound().status();
      MeshInbound.InboundStatus inbound = mesh.inbound().status(mesh.settings());

      rehearse(mesh, name -> true);

      assertThat(mesh.outbound().status()).isEqualTo(before);
      assertThat(mesh.inbound().status(mesh.settings())).isEqualTo(inbound);
      assertThat(mesh.telemetry().status().spansExported()).isZero();
      assertThat(mesh.telemetry().status().metricExports()).isZero();
      collector.setSoTimeout(1);
      assertThat(accepted(collector)).isFalse();
    }
  }

  private static boolean accepted(ServerSocket collector) throws Exception {
    try {
      collector.accept().close();
      return true;
    } catch (SocketTimeoutException nobody) {
      return false;
    }
  }

  @Test
  void theFirstCallLoadsHardlyAnyClassesAfterIt() throws Exception {
    long without = loadedByFirstCall("no");
    long with = loadedByFirstCall("rehearsal");
    assertThat(without).isGreaterThan(300);
    assertThat(with).isLessThan(without / 10);
  }

  @Test
  void tlsAndLoggingThatTheApplicationHasNotSetUpAreLeftAlone() throws Exception {
    String before = output("early").split(MARK, 2)[0];
    List<String> loaded =
        Stream.of(
                Rehearsal.class.getName(),
                "sun.security.ssl.SSLContextImpl",
                "java.util.logging.LogManager")
            .filter(name -> before.contains("] " + name + " source: "))
            .toList();
    assertThat(loaded).containsExactly(Rehearsal.class.getName());
  }

  @Test
  void switchedOffNoHandshakeIsRehearsedButForPortsThatTakeNothingElse() throws Exception {
    String rehearsal = "] io.inboard.identity.HandshakeRehearsal source: ";
    assertThat(output("off")).doesNotContain(rehearsal);
    assertThat(output("off, strict")).contains(rehearsal);
  }

  /** The JDK would make some fifty classes for the first two that are compared, before main. */
  @Test
  void makingTheMeshComparesNoRecords() throws Exception {
    assertThat(output("no").split(MARK, 2)[0])
        .contains("] " + Mesh.class.getName() + " source: ")
        .doesNotContain("java.lang.runtime.ObjectMethods");
  }

  /**
   * How many classes a thread loads for a JVM's first request and the call made for it. What other
   * threads load meanwhile, such as the first export of metrics, is chance: no call waits for it.
   */
  private long loadedByFirstCall(String rehearsal) throws Exception {
    String output = output(rehearsal);
    Matcher caller =
        Pattern.compile("(\\[\\d+\\]) " + Pattern.quote(First.class.getName()) + " source: ")
            .matcher(output);
    assertThat(caller.find()).isTrue();
    Pattern ofTheCaller = Pattern.compile(Pattern.quote(caller.group(1)) + " \\S+ source: ");
    return ofTheCaller.matcher(output.split(MARK, 2)[1]).results().count();
  }

  /** What a JVM says that is prepared in this way, and gets its first request then. */
  private String output(String rehearsal) throws Exception {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Xlog:class+load:stdout:tid",
                "-cp",
                System.getProperty("java.class.path"),
                First.class.getName(),
                rehearsal,
                (settings() + (rehearsal.startsWith("off") ? "enabled: false\n" : ""))
                    .replace("PERMISSIVE", rehearsal.endsWith("strict") ? "STRICT" : "PERMISSIVE"))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output).contains(MARK).doesNotContain("[inboard]");
    return output;
  }

  /** An application's JVM. */
  public static final class First {
    private First() {}

    /** Not a test. */
    public static void main(String[] arguments) throws Exception {
      Log.level(Log.Level.WARN);
      Mesh mesh = mesh(arguments[1], "http://127.0.0.1:9");
      if (arguments[0].equals("rehearsal")) {
        rehearse(mesh, name -> true);
      } else if (arguments[0].equals("early")) {
        rehearse(mesh, name -> false);
      } else if (arguments[0].startsWith("off")) {
        rehearse(mesh, name -> true);
        System.out.println(MARK);
        System.out.flush();
        Runtime.getRuntime().halt(0);
      }
      mesh.identity().current();
      System.out.println(MARK);
      InboundCall request =
          mesh.core().inbound().begin(new RehearsedRequests.Incoming(Optional.empty()));
      request.verdict();
      try (Contexts.Scope scope = mesh.core().contexts().activate(request.context())) {
        Call call = mesh.core().outbound().begin(new RehearsedRequests.Outgoing("payments", 80));
        Attempt attempt = ((Step.Send) call.first()).attempt();
        if (attempt.endpoint().isEmpty()) {
          throw new AssertionError("it has one");
        }
        attempt.writeHeaders(RehearsedRequests.NO_SINK);
        call.responded(attempt, 200, name -> List.of());
        call.done();
      }
      request.end(200, null);
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }
  }

  private static Mesh mesh(String yaml, String collector) throws Exception {
    Map<String, String> environment = Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector);
    return new Mesh(new SettingsReader(environment, "").read(yaml, "test.yaml"));
  }

  private static void rehearse(Mesh mesh, Predicate<String> loaded) {
    mesh.rehearsal().decisions();
    mesh.rehearsal().handshake(loaded);
    mesh.rehearsal().traced(loaded);
  }
}

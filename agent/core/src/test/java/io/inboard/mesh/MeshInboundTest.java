// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.admission.Arrival;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundTls;
import io.inboard.call.Log;
import io.inboard.call.Verdict;
import io.inboard.identity.Identity;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.settings.DeadlineSettings.Trust;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.Action;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import io.inboard.settings.RateLimitSettings;
import io.inboard.settings.RateLimitSettings.Per;
import io.inboard.settings.RateLimitSettings.Unit;
import io.inboard.settings.ReloadSettings;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.ResilienceSettings.LibraryRetries;
import io.inboard.settings.ServerSettings;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.Settings;
import io.inboard.settings.TelemetrySettings;
import io.inboard.telemetry.Telemetry;
import io.inboard.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class MeshInboundTest {
  private static final String WEB = "cluster.local/ns/shop/sa/web";
  private static final Arrival ORDER = Arrival.of("/orders");
  private static final AuthorizationRule ONLY_WEB =
      new AuthorizationRule(Action.ALLOW, List.of(WEB), List.of(), List.of(), List.of(), List.of());

  private final VirtualTime time = new VirtualTime();
  private final ServiceSettings service = new ServiceSettings("test", "", "", "", Map.of());
  private final TelemetrySettings silent =
      new TelemetrySettings(
          TelemetrySettings.Exporter.NONE,
          TelemetrySettings.Exporter.NONE,
          TelemetrySettings.Sampler.ALWAYS_OFF,
          1,
          List.of("tracecontext"),
          List.of(),
          new TelemetrySettings.Otlp(target(), target()));
  private final Telemetry telemetry = Telemetry.of(service, silent);
  private final MeshInbound mesh =
      new MeshInbound(
          telemetry, new Identity(), InboundTls.DISABLED, new InboundTraffic(time), time);

  private boolean resilience = true;
  private Mode mode = Mode.OBSERVE;
  private Trust trust = Trust.MESH;
  private List<AuthorizationRule> rules = List.of();
  private ServerSettings server = ServerSettings.DEFAULT;

  @Test
  void aCallerThatIsKnownGivesItsDeadlineToTheCallsMadeForIt() {
    apply();
    InboundCall call = mesh.begin(ORDER.from(WEB).header("grpc-timeout", "1S"));
    CallerTerms terms = call.context().terms();
    assertThat(terms.deadlineNanos() - time.nanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    assertThat(terms.enforced()).isFalse();
    assertThat(terms.source()).isEqualTo("10.0.0.9");
    assertThat(mesh.begin(ORDER.header("grpc-timeout", "1S")).context().terms().bounded())
        .isFalse();
    assertThat(status().deadlinesUntrusted()).isEqualTo(1);
  }

  @Test
  void theTermsAreThoseOfTheThreadThatWorksForTheRequest() {
    apply();
    InboundCall call = mesh.begin(ORDER.header("x-envoy-attempt-count", "2"));
    Inboard.Core core =
        new Inboard.Core(r -> null, mesh, InboundTls.DISABLED, telemetry.contexts());
    try (var scope = core.contexts().activate(call.context())) {
      assertThat(core.contexts().current().terms().repetition()).isTrue();
    }
    assertThat(core.contexts().current().terms()).isSameAs(CallerTerms.NONE);
  }

  @Test
  void enforceSaysSoAndOffReadsNothing() {
    mode = Mode.ENFORCE;
    apply();
    Arrival request = ORDER.from(WEB).header("grpc-timeout", "1S");
    assertThat(mesh.begin(request).context().terms().enforced()).isTrue();
    mode = Mode.OFF;
    apply();
    assertThat(mesh.begin(request).context().terms().bounded()).isFalse();
    mode = Mode.ENFORCE;
    resilience = false;
    apply();
    assertThat(mesh.begin(request).context().terms().bounded()).isFalse();
  }

  @Test
  void authorizationIsJudgedFirstAndItsRefusalsTakeNoPlace() {
    rules = List.of(ONLY_WEB);
    server = limit(1);
    apply();
    for (int i = 0; i < 5; i++) {
      InboundCall stranger = mesh.begin(ORDER);
      assertThat(stranger.verdict())
          .isInstanceOfSatisfying(Verdict.Deny.class, d -> assertThat(d.status()).isEqualTo(403));
      stranger.end(403, null);
    }
    InboundCall first = mesh.begin(ORDER.from(WEB));
    assertThat(first.verdict()).isEqualTo(Verdict.ALLOW);
    assertThat(mesh.begin(ORDER.from(WEB)).verdict())
        .isInstanceOfSatisfying(Verdict.Deny.class, d -> assertThat(d.status()).isEqualTo(503));
    first.end(0, null);
    first.end(200, null);
    assertThat(status().load().inFlight()).isZero();
    assertThat(status().denied()).isEqualTo(5);
    assertThat(status().load().shed()).containsEntry("concurrency", 1L);
  }

  @Test
  void whoIsAtItsRateIsToldWhenToComeAgainAndWhoIsRefusedAnywayUsesUpNothing() {
    rules = List.of(ONLY_WEB);
    server =
        new ServerSettings(
            Optional.empty(),
            1,
            Optional.empty(),
            false,
            List.of(),
            Optional.of(new RateLimitSettings(1, Unit.MINUTE, Per.ALL, "")));
    apply();
    mesh.begin(ORDER).end(403, null);
    InboundCall first = mesh.begin(ORDER.from(WEB));
    assertThat(first.verdict()).isEqualTo(Verdict.ALLOW);
    InboundCall second = mesh.begin(ORDER.from(WEB));
    assertThat(second.verdict())
        .isInstanceOfSatisfying(Verdict.Deny.class, d -> assertThat(d.status()).isEqualTo(429));
    assertThat(answer(second, 429))
        .isEqualTo(Map.of("retry-after", "60", "x-envoy-ratelimited", "true"));
    second.end(429, null);
    first.end(200, null);
    assertThat(status().rateLimit().refused()).isEqualTo(1);
    assertThat(status().rateLimit().limit()).contains("1 per MINUTE");
    assertThat(status().denied()).isEqualTo(1);
    assertThat(status().load().shed().values()).containsOnly(0L);
  }

  @Test
  void aConnectionWhoseRequestsAreNotSeenIsJudgedAsAWhole() {
    apply();
    assertThat(mesh.judgeConnection(8080, Optional.empty())).isEmpty();
    rules = List.of(ONLY_WEB);
    apply();
    assertThat(mesh.judgeConnection(8080, ORDER.from(WEB).peer())).isEmpty();
    assertThat(mesh.judgeConnection(8080, Optional.empty()))
        .hasValue(
            "authorization: no ALLOW rule matched, of those that look neither at methods nor"
                + " at paths");
    assertThat(status().denied()).isEqualTo(1);
  }

  @Test
  void inStrictNobodyIsServedWhoHasProvedNoIdentity() {
    MeshInbound strict =
        new MeshInbound(
            telemetry,
            new Identity(),
            new Identity()
                .inboundTls(
                    () ->
                        new InboundSettings(
                            InboundSettings.MtlsMode.STRICT,
                            Map.of(),
                            List.of(),
                            ServerSettings.DEFAULT)),
            new InboundTraffic(time),
            time);
    assertThat(strict.judgeConnection(8080, Optional.empty())).isPresent();
    assertThat(strict.judgeConnection(8080, ORDER.from(WEB).peer())).isEmpty();
  }

  @Test
  void whatArrivesIsCountedByPortAndWhatIsRefusedIsExplained() {
    rules = List.of(ONLY_WEB);
    apply();
    mesh.begin(ORDER.from(WEB)).end(200, null);
    mesh.begin(ORDER.header("user-agent", "probe/1")).end(403, null);
    InboundTraffic.Status traffic = status().traffic();
    assertThat(traffic.ports())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.port()).isEqualTo(8080);
              assertThat(p.requests()).isEqualTo(new PortTraffic.Split(1, 0, 1));
              assertThat(p.plaintextCallers())
                  .containsExactly(new PlaintextCallers.Seen("10.0.0.9", "probe/1", 1, 0));
            });
    assertThat(traffic.refusedRequests()).isEqualTo(Map.of("no ALLOW rule matched", 1L));
    assertThat(traffic.lastRefusals())
        .containsExactly(
            new Refusals.Last(8080, "10.0.0.9", "GET /orders", "no ALLOW rule matched", 1, 0));
  }

  @Test
  void theSwitchOfResilienceLeavesAuthorizationInForce() {
    rules = List.of(ONLY_WEB);
    server = limit(1);
    resilience = false;
    apply();
    assertThat(mesh.begin(ORDER).verdict()).isInstanceOf(Verdict.Deny.class);
    assertThat(mesh.begin(ORDER.from(WEB)).verdict()).isEqualTo(Verdict.ALLOW);
    assertThat(mesh.begin(ORDER.from(WEB)).verdict()).isEqualTo(Verdict.ALLOW);
  }

  @Test
  void anErrorOfARequestWhoseRetriesAreUsedUpTellsTheCallerNotToRepeat() {
    apply();
    assertThat(answer(mesh.begin(ORDER), 503)).isEmpty();
    assertThat(answer(usedUp(), 503)).isEqualTo(Map.of("x-inboard-no-retry", "budget"));
    assertThat(answer(usedUp(), 500)).containsKey("x-inboard-no-retry");
    assertThat(answer(usedUp(), 200)).isEmpty();
    assertThat(answer(usedUp(), 404)).isEmpty();
  }

  @Test
  void theFirstHeadOfAResponseCountsHoweverOftenAServerReportsIt() {
    apply();
    InboundCall call = usedUp();
    assertThat(answer(call, 503)).containsKey("x-inboard-no-retry");
    assertThat(answer(call, 500)).isEmpty();
  }

  private InboundCall usedUp() {
    InboundCall call = mesh.begin(ORDER);
    call.context().terms().discourageRetry("budget");
    return call;
  }

  @Test
  void grpcHearsItInItsOwnWords() {
    apply();
    InboundCall call = mesh.begin(ORDER.http2().header("content-type", "application/grpc+proto"));
    call.context().terms().discourageRetry("breaker");
    assertThat(answer(call, 503))
        .isEqualTo(Map.of("x-inboard-no-retry", "breaker", "grpc-retry-pushback-ms", "-1"));
  }

  @Test
  void nothingIsSaidWhileResilienceIsOff() {
    resilience = false;
    apply();
    InboundCall call = mesh.begin(ORDER);
    call.context().terms().discourageRetry("budget");
    assertThat(answer(call, 503)).isEmpty();
  }

  @Test
  void aForgedIdentityIsRemovedWithoutAnIdentityOfOursAndWhenTellingTheTrueOneFails() {
    apply();
    assertThat(mesh.guardsIdentity()).isTrue();
    TreeMap<String, String> headers = new TreeMap<>(Map.of("x-forwarded-client-cert", "forged"));
    mesh.begin(ORDER).writeHeaders(sink(headers));
    assertThat(headers).isEmpty();

    // Without an identity of our own, the peer's cannot be told either.
    headers.put("x-forwarded-client-cert", "forged");
    mesh.begin(ORDER.from(WEB)).writeHeaders(sink(headers));
    assertThat(headers).isEmpty();
  }

  @Test
  void timesOfAPeerOutsideOfTheMeshDoNotReachTheApplication() {
    apply();
    Map<String, String> times =
        Map.of(
            "x-envoy-expected-rq-timeout-ms", "7",
            "x-envoy-upstream-rq-timeout-ms", "7",
            "x-envoy-upstream-rq-per-try-timeout-ms", "7",
            "l5d-timeout", "7",
            "grpc-timeout", "7m",
            "x-request-id", "7");
    TreeMap<String, String> headers = new TreeMap<>(times);
    mesh.begin(ORDER).writeHeaders(sink(headers));
    assertThat(headers).containsOnlyKeys("grpc-timeout", "x-request-id");

    headers.putAll(times);
    mesh.begin(ORDER.from(WEB)).writeHeaders(sink(headers));
    assertThat(headers).isEqualTo(times);

    resilience = false;
    apply();
    mesh.begin(ORDER).writeHeaders(sink(headers));
    assertThat(headers).isEqualTo(times);
  }

  private static HeaderSink sink(Map<String, String> headers) {
    return new HeaderSink() {
      @Override
      public void set(String name, String value) {
        throw new IllegalArgumentException("no such value");
      }

      @Override
      public void remove(String name) {
        headers.remove(name);
      }
    };
  }

  private static Map<String, String> answer(InboundCall call, int status) {
    Map<String, String> headers = new TreeMap<>();
    call.respond(
        status,
        new HeaderSink() {
          @Override
          public void set(String name, String value) {
            headers.put(name, value);
          }

          @Override
          public void remove(String name) {
            throw new AssertionError("nothing is to be removed");
          }
        });
    return headers;
  }

  private MeshInbound.InboundStatus status() {
    return mesh.status(settings());
  }

  private void apply() {
    mesh.apply(settings());
  }

  private static ServerSettings limit(int most) {
    return new ServerSettings(Optional.empty(), most, Optional.empty(), false, List.of());
  }

  private static TelemetrySettings.Target target() {
    return new TelemetrySettings.Target(
        TelemetrySettings.Protocol.HTTP_PROTOBUF, "http://127.0.0.1:1", Map.of(), "", 1000);
  }

  private Settings settings() {
    return new Settings(
        true,
        service,
        silent,
        IdentitySettings.NONE,
        new InboundSettings(InboundSettings.MtlsMode.DISABLE, Map.of(), rules, server),
        new ResilienceSettings(
            resilience,
            new DeadlineSettings(mode, trust, DeadlineSettings.DEFAULT.headers(), 0.2),
            LibraryRetries.OBSERVE),
        List.of(),
        new ReloadSettings(Duration.ofSeconds(5)),
        Log.Level.INFO);
  }
}

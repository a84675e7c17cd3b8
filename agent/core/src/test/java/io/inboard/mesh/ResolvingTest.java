// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.destination;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Step;
import io.inboard.discovery.NameStatus;
import io.inboard.policy.PolicyStatus.EndpointStatus;
import io.inboard.policy.Request;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.PoolSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Endpoints that are given by name: resolved in the background, never on the path of a call. */
final class ResolvingTest {
  private final World world = new World();

  /** Names of the threads that were in the resolver. */
  private final Set<String> asking = ConcurrentHashMap.newKeySet();

  private final CountDownLatch answer = new CountDownLatch(1);
  private final List<Thread> resolvers = new ArrayList<>();

  /** Work for a resolver that a test runs when it likes. */
  private final List<Runnable> asked = new ArrayList<>();

  @AfterEach
  void letTheResolversEnd() throws InterruptedException {
    answer.countDown();
    for (Thread thread : resolvers) {
      thread.join(TimeUnit.SECONDS.toMillis(60));
    }
  }

  /** DNS that gives no answer until the test is over. */
  private void dnsHangs() {
    world.threads =
        work -> {
          Thread thread = new Thread(work, "resolver");
          resolvers.add(thread);
          thread.start();
        };
    world.resolver =
        host -> {
          asking.add(Thread.currentThread().getName());
          try {
            answer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new UnknownHostException(host);
        };
  }

  /** DNS that answers when the test says so. */
  private void dnsSays(String... addresses) {
    world.threads = asked::add;
    world.resolver = host -> addresses(addresses);
  }

  private void dnsAnswers() {
    List<Runnable> work = List.copyOf(asked);
    asked.clear();
    work.forEach(Runnable::run);
  }

  private static InetAddress[] addresses(String... texts) throws UnknownHostException {
    InetAddress[] all = new InetAddress[texts.length];
    for (int i = 0; i < texts.length; i++) {
      all[i] = InetAddress.getByName(texts[i]);
    }
    return all;
  }

  private static CompletableFuture<Step> later(Step step) {
    assertThat(step).isInstanceOf(Step.Later.class);
    return ((Step.Later) step).next();
  }

  private List<String> endpoints() {
    return world.status().endpoints().stream().map(EndpointStatus::address).sorted().toList();
  }

  @Test
  void aResolverThatHangsHoldsUpNoThreadOfACall() {
    dnsHangs();
    world.with(payments().named("node-9", 1)).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    CompletableFuture<Step> next = later(call.first());
    assertThat(next).isNotDone();
    world.time.passMillis(10_000); // The time to connect.
    Step.Refuse refused = (Step.Refuse) next.join();
    assertThat(refused.reason()).isEqualTo(Step.Reason.NO_ENDPOINT);
    assertThat(refused.message()).contains("payments", "node-9", "not resolved yet");
    assertThat(world.status().inFlight()).isZero();
    assertThat(world.time.waiting()).isZero();
    assertThat(asking).isSubsetOf("resolver");
  }

  @Test
  void withTlsOfOursTheHostItselfIsNotResolvedOnTheCallsThreadEither() {
    dnsHangs();
    world.tls = (d, host) -> Optional.of(new MeshEndpointTest.NoPlan());
    world.with(destination("payments").tls(TlsMode.MUTUAL)).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    CompletableFuture<Step> next = later(call.first());
    assertThat(next).isNotDone();
    world.time.passMillis(10_000);
    Step.Send send = (Step.Send) next.join();
    assertThat(send.attempt().endpoint().orElseThrow().address().isUnresolved()).isTrue();
    call.done();
    assertThat(asking).isSubsetOf("resolver");
  }

  @Test
  void withTlsOfOursTheHostsFirstAddressIsTheEndpoint() {
    dnsSays("10.0.0.8", "10.0.0.9");
    world.tls = (d, host) -> Optional.of(new MeshEndpointTest.NoPlan());
    world.with(destination("payments").tls(TlsMode.MUTUAL)).apply();
    CompletableFuture<Step> next = later(world.mesh.begin(Request.of("GET")).first());
    dnsAnswers();
    Step.Send send = (Step.Send) next.join();
    assertThat(send.attempt().endpoint().orElseThrow().address().getAddress().getHostAddress())
        .isEqualTo("10.0.0.8");
    assertThat(world.mesh.begin(Request.of("GET")).first()).isInstanceOf(Step.Send.class);
  }

  @Test
  void theTimeOfTheCallBoundsTheWaiting() {
    dnsSays("10.0.0.1");
    world.with(payments().named("node-9", 1).timeout(500)).apply();
    CompletableFuture<Step> next = later(world.mesh.begin(Request.of("GET")).first());
    world.time.passMillis(500);
    assertThat(((Step.Refuse) next.join()).reason()).isEqualTo(Step.Reason.TIMEOUT);
    dnsAnswers();
    assertThat(world.get().ok()).isTrue();
  }

  @Test
  void callsThatCameBeforeTheFirstAnswerGoOnWithIt() {
    dnsSays("10.0.0.1", "10.0.0.2");
    world.with(payments().named("node-9", 1)).apply();
    List<Call> calls = new ArrayList<>();
    List<CompletableFuture<Step>> steps = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(world.mesh.begin(Request.of("GET")));
      steps.add(later(calls.get(i).first()));
    }
    calls.get(2).abandoned();
    assertThat(steps.get(2).join()).isSameAs(Step.DELIVER);
    dnsAnswers();
    assertThat(steps.get(0).join()).isInstanceOf(Step.Send.class);
    assertThat(steps.get(1).join()).isInstanceOf(Step.Send.class);
    calls.forEach(Call::done);
    assertThat(world.status().inFlight()).isZero();
    assertThat(endpoints()).containsExactly("10.0.0.1:8080", "10.0.0.2:8080");
  }

  @Test
  void whoHasWaitedForTheEndpointsMayWaitForAPlaceInThePool() {
    dnsSays("10.0.0.1");
    world
        .with(
            payments()
                .named("node-9", 1)
                .that(b -> b.connectionPool(new PoolSettings(Duration.ofSeconds(1), 1, 9, 9, 9))))
        .apply();
    Call first = world.mesh.begin(Request.of("GET"));
    Call second = world.mesh.begin(Request.of("GET"));
    CompletableFuture<Step> one = later(first.first());
    CompletableFuture<Step> other = later(second.first());
    dnsAnswers();
    assertThat(one.join()).isInstanceOf(Step.Send.class);
    assertThat(other).isNotDone();
    first.done();
    assertThat(other.join()).isInstanceOf(Step.Send.class);
    second.done();
    assertThat(world.time.waiting()).isEqualTo(1); // The name's next turn.
  }

  @Test
  void callsThatWaitForTheEndpointsAreUnderWay() {
    dnsSays("10.0.0.1");
    int any = PoolSettings.UNLIMITED;
    world
        .with(
            payments()
                .named("node-9", 1)
                .that(
                    b ->
                        b.connectionPool(
                            new PoolSettings(Duration.ofSeconds(1), any, any, 2, any))))
        .apply();
    CompletableFuture<Step> one = later(world.mesh.begin(Request.of("GET")).first());
    CompletableFuture<Step> other = later(world.mesh.begin(Request.of("GET")).first());
    Step third = world.mesh.begin(Request.of("GET")).first();
    assertThat(((Step.Refuse) third).reason()).isEqualTo(Step.Reason.OVERFLOW);
    dnsAnswers();
    assertThat(one.join()).isInstanceOf(Step.Send.class);
    assertThat(other.join()).isInstanceOf(Step.Send.class);
  }

  @Test
  void anAddressInTheListNeedNotWaitForTheNames() {
    dnsSays("10.0.0.2");
    world.with(payments(1).named("node-9", 1)).apply();
    assertThat(world.get().ok()).isTrue();
    assertThat(world.arrived).containsExactly(World.address(1));
    dnsAnswers();
    assertThat(endpoints()).containsExactly("10.0.0.1:8080", "10.0.0.2:8080");
  }

  @Test
  void aNameIsResolvedAgainAndWhatWasLearntOfItsAddressesStays() {
    world.resolver = host -> addresses("10.0.0.1", "10.0.0.2");
    world.with(payments().named("node-9", 1).attempts(0).outlier(5, 50)).always(1, status(503));
    world.apply();
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    assertThat(world.endpoint(1).ejections()).isEqualTo(1);
    world.resolver = host -> addresses("10.0.0.3", "10.0.0.1");
    world.time.passMillis(30_000);
    assertThat(endpoints()).containsExactly("10.0.0.1:8080", "10.0.0.3:8080");
    assertThat(world.endpoint(1).ejections()).isEqualTo(1);
    assertThat(world.endpoint(3).requests()).isZero();
  }

  @Test
  void theLastGoodAddressesStayWhileDnsFails() {
    world.resolver = host -> addresses("10.0.0.1");
    world.with(payments().named("node-9", 1)).apply();
    world.resolver =
        host -> {
          throw new UnknownHostException(host);
        };
    world.time.passMillis(60_000);
    assertThat(world.get().ok()).isTrue();
    NameStatus name = world.mesh.status().names().get(0);
    assertThat(name.name()).isEqualTo("node-9");
    assertThat(name.addresses()).containsExactly("10.0.0.1");
    assertThat(name.failures()).isBetween(2L, 10L);
    assertThat(name.lastError()).contains("unknown");
    world.resolver = host -> addresses("10.0.0.2");
    world.time.passMillis(60_000);
    assertThat(endpoints()).containsExactly("10.0.0.2:8080");
    assertThat(world.mesh.status().names().get(0).lastError()).isEmpty();
  }

  @Test
  void aReloadKeepsWhatANameResolvedTo() {
    dnsSays("10.0.0.1");
    world.with(payments().named("node-9", 1)).apply();
    dnsAnswers();
    world.change(payments().named("node-9", 2).timeout(1_000));
    assertThat(world.get().ok()).isTrue();
    assertThat(asked).isEmpty();
    world.change(payments(2));
    assertThat(endpoints()).containsExactly("10.0.0.2:8080");
    assertThat(world.mesh.status().names()).isEmpty();
  }

  @Test
  void callsThatWaitForTheFirstAnswerOutliveReloads() {
    dnsSays("10.0.0.1");
    world.with(payments().named("node-9", 1)).apply();
    List<CompletableFuture<Step>> steps = new ArrayList<>();
    for (int version = 1; version <= 4; version++) {
      if (version != 2) { // Nobody waits in that version.
        steps.add(later(world.mesh.begin(Request.of("GET")).first()));
      }
      world.change(payments().named("node-9", version + 1).timeout(version * 1_000));
    }
    steps.add(later(world.mesh.begin(Request.of("GET")).first()));
    dnsAnswers();
    assertThat(steps)
        .hasSize(4)
        .allSatisfy(s -> assertThat(s.getNow(null)).isInstanceOf(Step.Send.class));
  }

  @Test
  void aReloadAwayFromTheNameEndsTheWaitingForIt() {
    dnsSays("10.0.0.1");
    CompletableFuture<Step> toAnAddress = waits();
    world.change(payments(2));
    assertThat(toAnAddress.getNow(null)).isInstanceOf(Step.Send.class);
    CompletableFuture<Step> toTheLibrary = waits();
    world.change(destination("payments"));
    assertThat(refused(toTheLibrary)).isEqualTo(Step.Reason.NO_ENDPOINT);
    CompletableFuture<Step> toNothing = waits();
    world.destinations.clear();
    world.apply();
    assertThat(refused(toNothing)).isEqualTo(Step.Reason.NO_ENDPOINT);
    assertThat(world.time.waiting()).isZero();
  }

  /** A call to a destination whose name has no answer yet. */
  private CompletableFuture<Step> waits() {
    world.destinations.clear();
    world.apply();
    world.with(payments().named("node-9", 1)).apply();
    return later(world.mesh.begin(Request.of("GET")).first());
  }

  private static Step.Reason refused(CompletableFuture<Step> step) {
    return ((Step.Refuse) step.getNow(null)).reason();
  }

  @Test
  void anErrorOfTheJvmWhenTheTurnComesEndsTheWaiting() {
    dnsSays("10.0.0.1");
    boolean[] secured = {true};
    world.tls =
        (d, host) -> {
          if (secured[0]) {
            return Optional.of(new MeshEndpointTest.NoPlan());
          }
          throw new StackOverflowError();
        };
    world.with(payments().named("node-9", 1).tls(TlsMode.MUTUAL)).apply();
    CompletableFuture<Step> forItsEndpoints = later(world.mesh.begin(Request.of("GET")).first());
    secured[0] = false;
    dnsAnswers();
    assertThat(refused(forItsEndpoints)).isEqualTo(Step.Reason.UNTRUSTED);
    assertThat(world.status().inFlight()).isZero();

    secured[0] = true;
    world.destinations.clear();
    world.with(destination("payments").tls(TlsMode.MUTUAL)).apply();
    CompletableFuture<Step> forItsHost = later(world.mesh.begin(Request.of("GET")).first());
    secured[0] = false;
    dnsAnswers();
    assertThat(refused(forItsHost)).isEqualTo(Step.Reason.UNTRUSTED);
    assertThat(world.status().inFlight()).isZero();
  }

  @Test
  void switchedOffNothingIsResolved() {
    dnsSays("10.0.0.1");
    world.with(payments().named("node-9", 1));
    world.enabled = false;
    world.apply();
    assertThat(asked).isEmpty();
    world.enabled = true;
    world.apply();
    dnsAnswers();
    assertThat(world.get().ok()).isTrue();
    world.enabled = false;
    world.apply();
    world.time.passMillis(120_000);
    assertThat(asked).isEmpty();
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void theFallbackTakesACallWhoseEndpointsNobodyKnows() {
    dnsSays("10.0.0.1");
    world
        .with(
            payments()
                .named("node-9", 1)
                .that(
                    b ->
                        b.fallback(
                            Optional.of(
                                new FallbackSettings(
                                    Optional.empty(),
                                    Optional.of("spare"),
                                    Optional.of(
                                        new FallbackSettings.StaticResponse(203, Map.of(), "")))))))
        .with(destination("spare", 5))
        .apply();
    CompletableFuture<Step> next = later(world.mesh.begin(Request.of("GET")).first());
    world.time.passMillis(10_000);
    Step.Send send = (Step.Send) next.join();
    assertThat(send.attempt().endpoint().orElseThrow().address().getAddress().getHostAddress())
        .isEqualTo("10.0.0.5");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Given.destination;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Step;
import io.inboard.discovery.EndpointSource;
import io.inboard.discovery.EndpointSources;
import io.inboard.discovery.Update;
import io.inboard.policy.Answer;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.PolicyStatus.EndpointStatus;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.Share;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Endpoints that change while calls are made, without another version of the settings. */
final class LiveEndpointsTest {
  private final World world = new World();

  /** What each destination's source has said last, by the first endpoint that its settings list. */
  private final Map<String, Fed> sources = new HashMap<>();

  private final MeshOutbound mesh =
      new MeshOutbound(
          (d, host) -> world.tls.plan(d, host),
          world.observed,
          Contexts.NONE,
          world.names,
          (EndpointSources) listed -> source((EndpointSettings.Listed) listed),
          world.time,
          world.time,
          world.chance);

  private EndpointSource source(EndpointSettings.Listed listed) {
    String key = listed.instances().isEmpty() ? "" : listed.instances().get(0).host();
    return sources.computeIfAbsent(key, k -> new Fed(new Update.Endpoints(listed.instances())));
  }

  /** A source that says what a test tells it. */
  private static final class Fed implements EndpointSource {
    private final List<Consumer<Update>> subscribers = new ArrayList<>();
    private Update last;

    Fed(Update first) {
      last = first;
    }

    @Override
    public AutoCloseable subscribe(Consumer<Update> subscriber) {
      subscribers.add(subscriber);
      subscriber.accept(last);
      return () -> subscribers.remove(subscriber);
    }

    void say(Update update) {
      last = update;
      List.copyOf(subscribers).forEach(s -> s.accept(update));
    }

    void say(Instance... instances) {
      say(new Update.Endpoints(List.of(instances)));
    }
  }

  private static Instance at(int n) {
    return new Instance("10.0.0." + n, 8080);
  }

  private static Instance draining(int n) {
    return new Instance("10.0.0." + n, 8080, 1, "", Map.of(), true);
  }

  private static Instance version(int n, String version) {
    return new Instance("10.0.0." + n, 8080, 1, "", Map.of("version", version));
  }

  /** Those of the source that began with endpoint N. */
  private Fed from(int n) {
    return sources.get("10.0.0." + n);
  }

  private void apply() {
    mesh.apply(world.settings());
  }

  private Result get() {
    return world.run(mesh.begin(Request.of("GET")));
  }

  private PolicyStatus status(int destination) {
    return mesh.status().destinations().get(destination);
  }

  private List<String> addresses(int destination) {
    return status(destination).endpoints().stream().map(EndpointStatus::address).toList();
  }

  @Test
  void callsFollowTheSourceAndWhatWasLearntStays() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, Answer.status(503));
    apply();
    for (int i = 0; i < 20; i++) {
      get();
    }
    from(1).say(at(3), at(2), at(1));
    EndpointStatus first = status(0).endpoints().get(2);
    assertThat(first.state()).isEqualTo(PolicyStatus.State.EJECTED);
    assertThat(first.ejections()).isEqualTo(1);
    assertThat(status(0).calls()).isEqualTo(20);
    world.arrived.clear();
    for (int i = 0; i < 20; i++) {
      get();
    }
    assertThat(world.arrived).contains(World.address(3)).doesNotContain(World.address(1));
  }

  @Test
  void onlyTheDestinationOfTheSourceChanges() {
    world.with(payments(1)).with(destination("orders", 5));
    apply();
    from(1).say(at(2));
    assertThat(addresses(0)).containsExactly(World.address(2));
    assertThat(addresses(1)).containsExactly(World.address(5));
  }

  @Test
  void aRetryGoesToAnEndpointThatCameAfterTheFirstAttempt() {
    world.with(payments(1).attempts(1));
    apply();
    Call call = mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    from(1).say(at(2));
    Step.Send again = (Step.Send) call.responded(send.attempt(), 503, name -> List.of());
    assertThat(again.attempt().endpoint().orElseThrow().address().getAddress().getHostAddress())
        .isEqualTo("10.0.0.2");
    call.done();
    assertThat(status(0).endpoints().get(0).inFlight()).isZero();
  }

  @Test
  void aListThatWentEmptyRefusesAndNeverLeavesTheCallToTheLibrary() {
    world.with(payments(1).attempts(2));
    apply();
    Call call = mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    from(1).say();
    // The retry has nowhere to go: what there is is handed on.
    assertThat(call.responded(send.attempt(), 503, name -> List.of())).isSameAs(Step.DELIVER);
    call.done();
    Step.Refuse refused = get().refused();
    assertThat(refused.reason()).isEqualTo(Step.Reason.NO_ENDPOINT);
    assertThat(refused.message()).contains("payments", "no endpoint");
    assertThat(status(0).noEndpoint()).contains("no endpoint");
    assertThat(world.arrived).isEmpty();
    from(1).say(at(7));
    assertThat(get().ok()).isTrue();
    assertThat(world.arrived).containsExactly(World.address(7));
  }

  @Test
  void aConnectionFoundDeadIsNotExchangedForOneOfTheLibrary() {
    world.with(payments(1).attempts(0));
    apply();
    Call call = mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    from(1).say();
    assertThat(call.failed(send.attempt(), new IOException("closed"), Call.Progress.NOT_SENT))
        .isSameAs(Step.DELIVER);
  }

  /** Of a call by an address: the destination, and where the attempt arrived. */
  private String byAddress(int endpoint) {
    world.observed.lines.clear();
    world.arrived.clear();
    world.run(mesh.begin(Request.of("GET").to("10.0.0." + endpoint, 8080)));
    return world.observed.lines.get(0).substring("call ".length())
        + (world.arrived.isEmpty() ? "" : " " + world.arrived.get(0));
  }

  @Test
  void callsByAnAddressFollowTheSource() {
    world
        .with(payments(1).that(b -> b.matchesEndpoints(true)))
        .with(destination("orders", 2).that(b -> b.matchesEndpoints(true)));
    apply();
    assertThat(byAddress(1)).isEqualTo("payments 10.0.0.1:8080");
    assertThat(byAddress(3)).isEqualTo("- library");
    from(1).say(at(3));
    assertThat(byAddress(3)).isEqualTo("payments 10.0.0.3:8080");
    assertThat(byAddress(1)).as("for a while").isEqualTo("payments 10.0.0.3:8080");
    from(2).say(at(2), at(1));
    assertThat(byAddress(1)).as("it is another's now").isEqualTo("orders 10.0.0.1:8080");
    from(2).say(at(2), at(3));
    assertThat(byAddress(3)).as("the first in the settings").isEqualTo("payments 10.0.0.3:8080");
    from(1).say(draining(3), at(4));
    assertThat(byAddress(3)).isEqualTo("payments 10.0.0.4:8080");
    from(1).say(at(4));
    assertThat(byAddress(3)).as("it is another's").isEqualTo("orders 10.0.0.3:8080");
    world.time.pass(EndpointMatches.KEPT_NANOS);
    assertThat(byAddress(1)).isEqualTo("- library");
    from(1).say(new Update.Unknown("nobody knows", false));
    assertThat(byAddress(4)).as("not let go for that").isEqualTo("payments");
  }

  @Test
  void anEmptyListInTheSettingsIsAListToo() {
    world.destinations.add(
        DestinationSettings.builder("payments")
            .endpoints(new EndpointSettings.Listed(List.of()))
            .build());
    apply();
    assertThat(get().refused().reason()).isEqualTo(Step.Reason.NO_ENDPOINT);
    assertThat(world.arrived).isEmpty();
  }

  @Test
  void whatIsUnknownIsSaidAndACallWaitsOnlyForAFirstAnswer() {
    world.with(payments(1));
    apply();
    from(1).say(new Update.Unknown("the registry is away", false));
    assertThat(get().refused().message()).contains("the registry is away");
    from(1).say(new Update.Unknown("the registry has not answered yet", true));
    Call call = mesh.begin(Request.of("GET"));
    Step.Later later = (Step.Later) call.first();
    assertThat(later.next()).isNotDone();
    from(1).say(at(1));
    assertThat(later.next().join()).isInstanceOf(Step.Send.class);
    call.done();
  }

  @Test
  void whoHasWaitedGoesOnWithoutALockOfOurs() {
    world.with(payments(1));
    apply();
    from(1).say(new Update.Unknown("the registry has not answered yet", true));
    Call call = mesh.begin(Request.of("GET"));
    CompletableFuture<Step> next = ((Step.Later) call.first()).next();
    List<Boolean> free = new ArrayList<>();
    next.thenRun(
        () -> {
          // As an application may that waits for another thread of its own.
          Thread other = new Thread(() -> from(1).say(at(2)));
          other.start();
          try {
            other.join(TimeUnit.SECONDS.toMillis(20));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          free.add(!other.isAlive());
        });
    from(1).say(at(1));
    assertThat(free).containsExactly(true);
    assertThat(addresses(0)).containsExactly(World.address(2));
    call.done();
  }

  @Test
  void subsetsAndRoutesFollow() {
    world.with(
        payments(1)
            .labelled(1, "version", "v1")
            .that(
                b ->
                    b.subsets(Map.of("v1", Map.of("version", "v1"), "v2", Map.of("version", "v2"))))
            .route(
                RouteSettings.Match.ANY,
                r ->
                    new RouteSettings(
                        r.match(),
                        r.resilience(),
                        r.timeout(),
                        r.retries(),
                        r.fault(),
                        List.of(new Share("v2", 100)))));
    apply();
    assertThat(get().refused().message()).contains("labels of this subset");
    from(1).say(version(1, "v1"), version(2, "v2"));
    assertThat(get().ok()).isTrue();
    assertThat(world.arrived).containsExactly(World.address(2));
  }

  @Test
  void aFallbackSeesTheOtherDestinationsEndpointsOfThisMoment() {
    world
        .with(
            payments(1)
                .attempts(0)
                .that(
                    b ->
                        b.fallback(
                            Optional.of(
                                new FallbackSettings(
                                    Optional.empty(), Optional.of("spare"), Optional.empty())))))
        .with(destination("spare", 5))
        .always(1, Answer.status(503));
    apply();
    from(5).say(at(6));
    assertThat(get().ok()).isTrue();
    assertThat(world.arrived).containsExactly(World.address(1), World.address(6));
  }

  @Test
  void oneThatDrainsGetsNothingWhileThereIsAnother() {
    world.with(payments(1));
    apply();
    from(1).say(draining(1), at(2));
    for (int i = 0; i < 10; i++) {
      get();
    }
    assertThat(world.arrived).hasSize(10).containsOnly(World.address(2));
    assertThat(status(0).endpoints()).hasSize(2);
    assertThat(status(0).endpoints().get(0).draining()).isTrue();
    from(1).say(draining(1));
    assertThat(get().ok()).isTrue();
  }

  @Test
  void aSourceThatTheSettingsHaveLeftIsHeardNoLonger() {
    world.with(payments(1));
    apply();
    Fed old = from(1);
    world.destinations.clear();
    world.with(payments(2));
    apply();
    assertThat(old.subscribers).isEmpty();
    old.say(at(9));
    assertThat(addresses(0)).containsExactly(World.address(2));
    world.destinations.clear();
    apply();
    assertThat(from(2).subscribers).isEmpty();
  }

  @Test
  void theSamePoolKeyIsFoundForWhatComesBack() {
    world.with(payments(1).tls(TlsMode.DISABLE));
    apply();
    Object key = poolKey();
    from(1).say(at(2));
    assertThat(poolKey()).isNotSameAs(key);
    from(1).say(at(2), at(1));
    from(1).say(at(1));
    assertThat(poolKey()).isSameAs(key);
  }

  private Object poolKey() {
    Call call = mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    call.done();
    return send.attempt().endpoint().orElseThrow().poolKey();
  }

  @Test
  void tenThousandEndpointsThatComeAndGoLeaveNothingBehind() {
    int size = 10_000;
    world.with(payments(1).attempts(2));
    apply();
    Fed source = from(1);
    for (int round = 0; round < 50; round++) {
      List<Instance> instances = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        int n = round * size + i;
        instances.add(new Instance("10." + (n >> 16) + "." + (n >> 8 & 255) + "." + (n & 255), 80));
      }
      source.say(new Update.Endpoints(instances));
      for (int i = 0; i < 500; i++) {
        assertThat(get().ok()).isTrue();
      }
      world.arrived.clear();
      world.carried.clear();
      world.delays.clear();
      world.observed.lines.clear();
    }
    assertThat(status(0).endpoints()).hasSize(size);
    assertThat(status(0).calls()).isEqualTo(25_000);
    assertThat(status(0).retries()).isZero();
    assertThat(status(0).endpoints()).allSatisfy(e -> assertThat(e.inFlight()).isZero());
    // 25,000 pool keys were made; those of addresses that are gone are forgotten.
    assertThat(mesh.poolKeys("payments")).isLessThanOrEqualTo(2 * size);
    assertThat(source.subscribers).hasSize(1);
    assertThat(world.time.waiting()).isZero();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Step;
import io.inboard.discovery.Discovery;
import io.inboard.discovery.EndpointFiles;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.PolicyStatus.EndpointStatus;
import io.inboard.policy.Request;
import io.inboard.settings.reading.SettingsReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Destinations whose endpoints stand in a file. */
final class FileDiscoveryTest {
  @TempDir Path directory;

  private final World world = new World();
  private final FoundEndpoints found = new FoundEndpoints();
  private final MeshOutbound mesh =
      new MeshOutbound(
          TlsPlans.NONE,
          CallObserver.NONE,
          Contexts.NONE,
          new Discovery(
              world.names, new EndpointFiles(world.names, Runnable::run, world.time, world.time)),
          found,
          world.time,
          world.time,
          world.chance);

  private Path file;

  @BeforeEach
  void inTheDirectory() {
    file = directory.resolve("endpoints.yaml");
  }

  private String yaml(String more) {
    return """
    identity: {certificateChain: /c.pem, privateKey: /k.pem, trustBundle: /r.pem}
    destinations:
      - host: payments
        discovery: {file: %s}
        %s
    """
        .formatted(file, more);
  }

  private void apply(String more) throws Exception {
    mesh.apply(new SettingsReader(Map.of(), "").read(yaml(more), "test.yaml"));
  }

  private void say(String text) throws Exception {
    Path written = directory.resolve("new");
    Files.writeString(written, text);
    Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private void looks(int count) {
    world.time.pass(count * TimeUnit.SECONDS.toNanos(1));
  }

  private Step first(String host, int port) {
    Call call = mesh.begin(Request.of("GET").to(host, port));
    Step step = call.first();
    if (step instanceof Step.Send send) {
      call.responded(send.attempt(), 200, name -> List.of());
    }
    call.done();
    return step;
  }

  private List<String> addresses() {
    return mesh.status().destinations().get(0).endpoints().stream()
        .map(EndpointStatus::address)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"DISABLE", "SIMPLE", "MUTUAL"})
  void unknownOrEmptyNoCallIsLeftToTheLibrary(String mode) throws Exception {
    mesh.start();
    apply("tls: {mode: " + mode + "}");
    looks(1);
    assertThat(first("payments", 80)).as("no file").isInstanceOf(Step.Refuse.class);
    say("[]");
    looks(3);
    assertThat(first("payments", 80)).as("empty").isInstanceOf(Step.Refuse.class);
    say("nonsense");
    looks(3);
    assertThat(first("payments", 80)).as("nonsense").isInstanceOf(Step.Refuse.class);
    assertThat(mesh.status().destinations().get(0).noEndpoint()).contains("no endpoint");
  }

  @Test
  void aCallWaitsForTheFirstReading() throws Exception {
    say("[10.0.0.1:80]");
    apply("tls: {mode: DISABLE}");
    Call call = mesh.begin(Request.of("GET"));
    Step.Later later = (Step.Later) call.first();
    assertThat(later.next()).isNotDone();
    mesh.start();
    Step.Send send = (Step.Send) later.next().join();
    assertThat(send.attempt().endpoint().orElseThrow().address().getAddress().getHostAddress())
        .isEqualTo("10.0.0.1");
    call.done();
  }

  @Test
  void anotherVersionOfTheSettingsGoesOnWithTheLastGoodList() throws Exception {
    mesh.start();
    say("[10.0.0.1:80, 10.0.0.2:80]");
    apply("tls: {mode: DISABLE}");
    for (int i = 0; i < 10; i++) {
      assertThat(first("payments", 80)).isInstanceOf(Step.Send.class);
    }
    say("not a list");
    looks(3);
    apply("timeout: 3s");
    assertThat(addresses()).containsExactly("10.0.0.1:80", "10.0.0.2:80");
    assertThat(mesh.status().destinations().get(0).calls()).isEqualTo(10);
    assertThat(mesh.status().endpointFiles())
        .singleElement()
        .satisfies(f -> assertThat(f.stale()).isTrue());
  }

  @Test
  void onlyTheMeshMayConnectToWhatWasFoundForMutualTls() throws Exception {
    mesh.start();
    MeshSockets sockets = new MeshSockets(List::of, found);
    sockets.apply(
        new SettingsReader(Map.of(), "")
            .read(yaml("tls: {mode: MUTUAL}\n    unknownClients: REFUSE"), "test.yaml"));
    say("[10.0.0.1:8443]");
    apply("tls: {mode: MUTUAL}\n    unknownClients: REFUSE");
    assertThat(first("10.0.0.1", 8443)).isInstanceOf(Step.Refuse.class);
    assertThat(first("10.0.0.2", 8443)).isInstanceOf(Step.Send.class);
    assertThat(connects(sockets, "10.0.0.1")).isFalse();
    assertThat(connects(sockets, "10.0.0.2")).isTrue();
    say("[10.0.0.2:8443]");
    looks(3);
    assertThat(first("10.0.0.1", 8443)).isInstanceOf(Step.Send.class);
    assertThat(first("10.0.0.2", 8443)).isInstanceOf(Step.Refuse.class);
    assertThat(connects(sockets, "10.0.0.2")).isFalse();
    apply("tls: {mode: DISABLE}");
    assertThat(first("10.0.0.2", 8443)).isInstanceOf(Step.Send.class);
  }

  private boolean connects(MeshSockets sockets, String address) throws Exception {
    InetSocketAddress remote = new InetSocketAddress(InetAddress.getByName(address), 8443);
    return sockets.connecting(remote, getClass()).isEmpty();
  }

  @Test
  void tenThousandEndpointsComeAndGoWhileCallsAreMade() throws Exception {
    MeshOutbound real = new MeshOutbound(TlsPlans.NONE, CallObserver.NONE, Contexts.NONE);
    say(list(0));
    real.apply(
        new SettingsReader(Map.of(), "")
            .read(
                yaml("tls: {mode: DISABLE}")
                    .replace("destinations:", "reload: {interval: 100ms}\ndestinations:"),
                "test.yaml"));
    real.start();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<Long>> callers =
          List.of(threads.submit(() -> calls(real, over)), threads.submit(() -> calls(real, over)));
      for (int round = 1; round <= 5; round++) {
        say(list(round));
        String expected = "10." + round + ".0.0:80";
        while (!isFirst(real, expected)) {
          assertThat(callers).noneMatch(Future::isDone); // One that failed would end.
          Thread.onSpinWait();
        }
      }
      over.set(true);
      for (Future<Long> caller : callers) {
        assertThat(caller.get(60, TimeUnit.SECONDS)).isPositive();
      }
    } finally {
      over.set(true);
      threads.shutdownNow();
      real.apply(new SettingsReader(Map.of(), "").read("{}", "test.yaml"));
    }
  }

  private static boolean isFirst(MeshOutbound mesh, String address) {
    List<EndpointStatus> all = mesh.status().destinations().get(0).endpoints();
    return all.size() == 10_000 && all.get(0).address().equals(address);
  }

  private static String list(int round) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      list.append("- {address: 10.").append(round).append('.').append(i >> 8).append('.');
      list.append(i & 255).append(":80, zone: eu-1a, labels: {version: v2}}\n");
    }
    return list.toString();
  }

  /** Calls until it is over, each of which must be sent. */
  private static long calls(MeshOutbound mesh, AtomicBoolean over) {
    long count = 0;
    while (!over.get()) {
      Call call = mesh.begin(Request.of("GET"));
      Step step = call.first();
      if (step instanceof Step.Later later) {
        step = later.next().join(); // Before the first reading.
      }
      Step.Send send = (Step.Send) step;
      assertThat(call.responded(send.attempt(), 200, name -> List.of())).isSameAs(Step.DELIVER);
      call.done();
      count++;
    }
    return count;
  }

  @Test
  void whatWasLearntOfAnEndpointThatStaysIsKept() throws Exception {
    mesh.start();
    say("[10.0.0.1:80, 10.0.0.2:80]");
    apply("tls: {mode: DISABLE}");
    for (int i = 0; i < 20; i++) {
      first("payments", 80);
    }
    long requests = requests("10.0.0.1:80");
    assertThat(requests).isPositive();
    say("[{address: '10.0.0.1:80', draining: true}, 10.0.0.3:80]");
    looks(3);
    assertThat(addresses()).containsExactly("10.0.0.1:80", "10.0.0.3:80");
    assertThat(requests("10.0.0.1:80")).isEqualTo(requests);
  }

  private long requests(String address) {
    PolicyStatus status = mesh.status().destinations().get(0);
    return status.endpoints().stream()
        .filter(e -> e.address().equals(address))
        .mapToLong(EndpointStatus::requests)
        .sum();
  }
}

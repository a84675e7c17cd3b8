// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.inboard.contract.Capability;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.mesh.Mesh;
import io.netty.channel.EventLoopGroup;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockHound;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/**
 * No thread of an event loop waits in our code, by BlockHound, which knows what waits in the JDK.
 * In a JVM of its own: whatever else runs there would be told, too.
 */
final class NeverBlockedTest extends MeshHarness {
  /** Without it a JVM lets no agent add methods to classes that are loaded. */
  private static final String ADDING = "AllowRedefinitionToAddDeleteMethods";

  /** What has waited on an event loop. */
  private static final List<Throwable> BLOCKED = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void watch() {
    boolean adds = mayAddMethods();
    if (!adds) {
      System.out.println("skipped: BlockHound needs a JVM with -XX:+" + ADDING);
    }
    assumeTrue(adds);
    BlockHound.builder()
        .loadIntegrations()
        // Reads /dev/urandom, which is never empty; JSSE asks it, for one, when a context is made.
        .allowBlockingCallsInside("java.security.SecureRandom", "nextBytes")
        .blockingMethodCallback(method -> BLOCKED.add(new Throwable("" + method)))
        .install();
  }

  private static boolean mayAddMethods() {
    try {
      return Boolean.parseBoolean(
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
              .getVMOption(ADDING)
              .getValue());
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }

  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return Application.capabilities();
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.HERE.send(request);
  }

  @Override
  protected Running start(Request request) {
    return Application.HERE.start(request);
  }

  /** Of every tenth path the first request is answered with 503, wherever it comes. */
  private static DisposableServer server(Set<String> failed) {
    return HttpServer.create()
        .host("127.0.0.1")
        .port(0)
        .handle(
            (request, response) ->
                request
                    .receive()
                    .aggregate()
                    .asString()
                    .defaultIfEmpty("")
                    .flatMap(
                        body ->
                            response
                                .status(fails(request.uri(), failed) ? 503 : 200)
                                .sendString(Mono.just("answer"))
                                .then()))
        .bindNow();
  }

  private static boolean fails(String uri, Set<String> failed) {
    return uri.endsWith("0") && failed.add(uri);
  }

  private String settings(String account, DisposableServer... servers) {
    String rules =
        """
        inbound:
          mtls: STRICT
          authorization:
            - {action: ALLOW, from: {principals: [%s]}, to: {paths: ["/orders", "/orders/*"]}}
        """
            .formatted(principal("web"));
    return rules
        + destination(
            "tls: {mode: MUTUAL, principals: ["
                + principal(account)
                + "]}\n    timeout: 20s\n    outlierDetection: {}\n    circuitBreaker: {}",
            Arrays.stream(servers)
                .map(each -> (InetSocketAddress) each.address())
                .toArray(InetSocketAddress[]::new));
  }

  @Test
  void noEventLoopWaitsInOurCode() throws Exception {
    seesWhatWaits();
    Set<String> failed = ConcurrentHashMap.newKeySet();
    DisposableServer one = server(failed);
    DisposableServer two = server(failed);
    closing((AutoCloseable) one::disposeNow);
    closing((AutoCloseable) two::disposeNow);
    CA.issue(CLIENT_ID).save(directory);
    Mesh mesh = mesh(identity(), settings("web", one, two));
    calls("/orders/", 200);
    assertThat(failed).as("what was sent again").hasSize(2);
    CA.issue(CLIENT_ID).save(directory);
    mesh.apply(settings(identity() + settings("web", one, two)));
    calls("/orders/rotated/", 200);
    // Refused by a rule, and by the server's identity.
    calls("/admin/", 403);
    mesh.apply(settings(identity() + settings("other", one, two)));
    for (int i = 0; i < 5; i++) {
      assertThat(start(Request.get(URL + "/orders")).response()).failsWithin(PATIENCE);
    }
    assertThat(ours()).isEmpty();
  }

  /** A few at a time: each that finds no free connection shakes hands. */
  private void calls(String path, int status) throws Exception {
    for (int i = 0; i < 20; i += 4) {
      List<Running> running = new ArrayList<>();
      for (int each = i; each < i + 4; each++) {
        // One that fails is a GET, which is sent again.
        Request request =
            each % 2 == 0
                ? Request.get(URL + path + each)
                : Request.put(URL + path + each, "body " + each);
        running.add(start(request));
      }
      for (Running each : running) {
        assertThat(each.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
            .isEqualTo(status);
      }
    }
  }

  /** The oracle itself: a loop that does wait is told. */
  private void seesWhatWaits() throws Exception {
    LoopResources loops = LoopResources.create("waits", 1, true);
    EventLoopGroup group = loops.onClient(false);
    group
        .submit(
            () -> {
              Thread.sleep(1);
              return null;
            })
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block(PATIENCE);
    assertThat(ours()).as("what this test itself has done").isNotEmpty();
    BLOCKED.clear();
  }

  private static List<String> ours() {
    return BLOCKED.stream()
        .filter(
            waited ->
                Arrays.stream(waited.getStackTrace())
                    .skip(2) // The callback's own frames.
                    .anyMatch(frame -> frame.getClassName().startsWith("io.inboard.")))
        .map(NeverBlockedTest::text)
        .toList();
  }

  private static String text(Throwable waited) {
    StringBuilder text = new StringBuilder(waited.getMessage());
    for (StackTraceElement frame : waited.getStackTrace()) {
      text.append("\n  at ").append(frame);
    }
    return text.toString();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.identity.DevelopmentCa;
import io.inboard.weave.UnitReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a client library's module says of its library, and what the tests of {@link ClientContract}
 * share.
 */
@ExtendWith(Findings.class)
public abstract class ClientHarness {
  /** The host in the application's URLs: no DNS knows it (RFC 2606). */
  protected static final String HOST = "orders.invalid";

  protected static final String URL = "http://" + HOST + ":8080";
  protected static final String SERVER_ID = "spiffe://cluster.local/ns/shop/sa/orders";
  protected static final String CLIENT_ID = "spiffe://cluster.local/ns/shop/sa/web";

  /** Bounds every wait; nothing takes that long unless it is broken. */
  protected static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final DevelopmentCa CA = DevelopmentCa.create();
  protected static final TestIdentity SERVER = TestIdentity.of(CA, SERVER_ID);
  protected static final TestIdentity CLIENT = TestIdentity.of(CA, CLIENT_ID);

  protected final ScriptedOutbound mesh = new ScriptedOutbound();
  private final List<AutoCloseable> resources = new ArrayList<>();

  /** The library's name in requests and in {@code status}. */
  protected abstract String libraryName();

  /**
   * Makes a request as an application does, and reads the response to its end. Statuses of 400 and
   * more are responses, not errors.
   *
   * @throws Exception what the library throws
   */
  protected abstract Response send(Request request) throws Exception;

  /** Which has loaded the library; where each version has one of its own, to be overridden. */
  protected ClassLoader libraryLoader() {
    return getClass().getClassLoader();
  }

  final Findings.Subject subject() {
    return new Findings.Subject("client", libraryName(), libraryLoader());
  }

  /** What the library can do. */
  protected Set<Capability> capabilities() {
    return EnumSet.allOf(Capability.class);
  }

  /** Makes a request without waiting for it; a blocking library gets a thread. */
  protected Running start(Request request) {
    CompletableFuture<Response> response = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                response.complete(send(request));
              } catch (Throwable e) {
                response.completeExceptionally(e);
              }
            },
            "contract-application");
    thread.setDaemon(true);
    thread.start();
    return new Running(response, thread::interrupt);
  }

  /** The library's exception for a time that is up. */
  protected Class<? extends Exception> timeoutError() {
    return SocketTimeoutException.class;
  }

  @BeforeEach
  final void weave() {
    WovenJvm.ensure();
    mesh.serve();
  }

  @AfterEach
  final void leaveNothingBehind() throws Exception {
    try {
      assertThat(WovenJvm.takeTroubles()).as("errors in hooks").isEmpty();
      assertThat(WovenJvm.report(libraryName()).libraries())
          .isNotEmpty()
          .allMatch(UnitReport.LibraryReport::applied);
      for (ScriptedCall call : mesh.calls()) {
        assertThat(call.misuse()).as("misuse of %s", call).isEmpty();
        eventually(() -> call.doneCount() > 0, () -> "the end of " + call);
        assertThat(call.doneCount()).as("ends of %s", call).isEqualTo(1);
      }
    } finally {
      for (AutoCloseable resource : resources) {
        resource.close();
      }
    }
  }

  protected final TestServer plainServer() throws IOException {
    return closing(TestServer.plain());
  }

  protected final TestServer securedServer() throws IOException {
    return closing(TestServer.secured(SERVER));
  }

  /** An address where connections are refused: bound, so that nobody else gets it, yet deaf. */
  protected final InetSocketAddress refusing() throws IOException {
    Socket deaf = closing(new Socket());
    deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return (InetSocketAddress) deaf.getLocalSocketAddress();
  }

  protected final <T extends AutoCloseable> T closing(T resource) {
    resources.add(resource);
    return resource;
  }

  protected static TestEndpoint plain(TestServer server) {
    return TestEndpoint.plain(HOST, server.address());
  }

  /** Our identity, expecting the server's; a new generation at every call. */
  protected static TestEndpoint secured(TestServer server) {
    return TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
  }

  /** What the library throws for a request that must fail. */
  protected final Throwable failure(Request request) throws Exception {
    try {
      Response response = start(request).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("expected an error, but got " + response.status());
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("the call hangs", e);
    }
  }

  protected final void needs(Capability capability) {
    boolean can = capabilities().contains(capability);
    if (!can) {
      System.out.println("skipped: " + libraryName() + " has no " + capability);
    }
    assumeTrue(can, () -> libraryName() + " has no " + capability);
  }

  /** Whether an error or one of its causes is of this kind. */
  protected static boolean causedBy(Throwable error, Class<? extends Throwable> kind) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (kind.isInstance(e)) {
        return true;
      }
    }
    return false;
  }
}

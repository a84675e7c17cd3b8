// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls;
import io.inboard.identity.DevelopmentCa;
import io.inboard.identity.Identity;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.ServerSettings;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A server under the mesh, for tests. A subclass says how to start it with {@link
 * SampleApplication}; one server serves all tests of a class, since each test has connections of
 * its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Findings.class)
public abstract class ServerFixture {
  protected static final DevelopmentCa CA = DevelopmentCa.create();
  protected static final DevelopmentCa FOREIGN_CA = DevelopmentCa.create();
  protected static final String SERVER_ID = "spiffe://cluster.local/ns/shop/sa/orders";
  protected static final String CLIENT_ID = "spiffe://cluster.local/ns/shop/sa/web";

  protected final Workload client = Workload.of(CA.issue(CLIENT_ID));
  protected ScriptedInbound mesh;
  protected RunningServer server;
  private int callsBefore;

  /** Starts the server without TLS of its own. The hooks are woven, a core is served. */
  protected abstract RunningServer start() throws Exception;

  /** The library's name as in {@code status}. */
  protected abstract String library();

  final Findings.Subject subject() {
    return new Findings.Subject("server", library(), server.getClass().getClassLoader());
  }

  /**
   * Starts the server with TLS of the application's own, without client certificates.
   *
   * @param identity what the application would have configured
   * @return empty if this library cannot
   */
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    return Optional.empty();
  }

  /** Whether the library can speak HTTP/2 over TLS. */
  protected boolean http2() {
    return false;
  }

  /**
   * Whether curl asks for several resources over one connection of HTTP/2, which it has not been
   * seen to do with every server.
   */
  protected boolean curlKeepsHttp2() {
    return true;
  }

  /** Whether the library knows routes. */
  protected boolean routes() {
    return true;
  }

  /** Whether requests wait for threads that the library knows of. */
  protected boolean queues() {
    return true;
  }

  /** Whether the connection can be used again after a refusal with this status. */
  protected boolean staysOpenAfterRefusal(int status) {
    return true;
  }

  @BeforeAll
  final void startServer() throws Exception {
    WovenJvm.ensure();
    script();
    server = start();
    noHookFailed();
  }

  @AfterAll
  final void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  final void script() {
    mesh = new ScriptedInbound(tlsOf(CA.issue(SERVER_ID))).serve();
    WovenJvm.takeTroubles();
    callsBefore = SampleApplication.calls();
  }

  @AfterEach
  final void noHookFailed() {
    assertThat(WovenJvm.takeTroubles()).as("errors of hooks").isEmpty();
  }

  /** How often the application was called in this test. */
  protected final int calls() {
    return SampleApplication.calls() - callsBefore;
  }

  /** The mesh's own TLS for a server: engines and peers of one generation. */
  protected static InboundTls tlsOf(DevelopmentCa.Issued issued) {
    return tlsOf(issued, Clock.systemUTC());
  }

  /** The same, by time that is handed in. */
  protected static InboundTls tlsOf(DevelopmentCa.Issued issued, Clock clock) {
    Identity identity = new Identity(clock);
    identity.settings(filesOf(issued));
    return tlsOf(identity);
  }

  /** The same, of an identity that may change. */
  static InboundTls tlsOf(Identity identity) {
    InboundSettings permissive =
        new InboundSettings(
            InboundSettings.MtlsMode.PERMISSIVE, Map.of(), List.of(), ServerSettings.DEFAULT);
    return identity.inboundTls(() -> permissive);
  }

  /** As files of their own. */
  static IdentitySettings.InFiles filesOf(DevelopmentCa.Issued issued) {
    try {
      File files = TemporaryFiles.directory("identity");
      issued.save(files);
      return new IdentitySettings.InFiles(
          new File(files, DevelopmentCa.CHAIN_FILE).getPath(),
          new File(files, DevelopmentCa.KEY_FILE).getPath(),
          new File(files, DevelopmentCa.BUNDLE_FILE).getPath(),
          "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same over plaintext and over mutual TLS. */
  protected final List<RawConnection> both() throws IOException {
    return List.of(RawConnection.plain(server.port()), RawConnection.tls(server.port(), client));
  }
}

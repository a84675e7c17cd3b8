// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Feature;
import io.inboard.contract.Received;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.Shows;
import io.inboard.contract.TestServer;
import io.inboard.contract.VersionLoader;
import java.io.File;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of calls that the library sends as without us, and which of them are refused. */
abstract class WatchedContract extends ClientHarness {
  /** The application of the class that runs. Tests of one JVM follow each other. */
  private static VersionLoader version;

  private static Function<Request, CompletableFuture<Response>> application;

  private final String number;

  WatchedContract(String number) {
    this.number = number;
  }

  /** Once for all tests of a class. */
  @BeforeEach
  @SuppressWarnings("unchecked")
  final void begin() throws Exception {
    if (application == null) {
      version =
          new VersionLoader(
              new File("target/vertx/" + number),
              false,
              "io.inboard.instrumentation.vertx.client.app.");
      application =
          version.make(Function.class, "io.inboard.instrumentation.vertx.client.app.VertxCaller");
    }
  }

  @AfterAll
  static void end() throws Exception {
    ((AutoCloseable) application).close();
    application = null;
  }

  @Override
  protected String libraryName() {
    return VertxClientHooks.NAME;
  }

  @Override
  protected ClassLoader libraryLoader() {
    return version;
  }

  @Override
  protected Running start(Request request) {
    return new Running(application.apply(request), () -> {});
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.apply(request).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static String url(TestServer server, String target) {
    return "http://127.0.0.1:" + server.port() + target;
  }

  @Test
  @Shows(Feature.TRACING)
  void aCallIsToldOnceAndCarriesItsHeaders() throws Exception {
    TestServer server = plainServer().answering(Answer.status(404));
    mesh.script(Script.passThrough());
    String url = url(server, "/a%20b/c?d=e&f");
    assertThat(send(Request.put(url, "body").header("x-own", "mine")).status()).isEqualTo(404);
    ScriptedCall call = mesh.call();
    var request = call.request();
    assertThat(request.library()).isEqualTo(libraryName());
    assertThat(request.method()).isEqualTo("PUT");
    assertThat(request.scheme()).isEqualTo("http");
    assertThat(request.host()).isEqualTo("127.0.0.1");
    assertThat(request.port()).isEqualTo(server.port());
    assertThat(request.target()).isEqualTo("/a%20b/c?d=e&f");
    assertThat(request.url()).isEqualTo(url);
    assertThat(request.proxied()).isTrue();
    assertThat(request.headers("X-Own")).containsExactly("mine");
    assertThat(call.statuses()).containsExactly(404);
    assertThat(call.attempts().get(0).versions()).containsExactly("1.1");
    assertThat(call.attempts().get(0).remotes()).containsExactly(server.address());
    Received received = server.received().get(0);
    assertThat(received.all("traceparent")).containsExactly(call.attempts().get(0).traceparent());
    assertThat(received.text()).isEqualTo("body");
  }

  @Test
  void eachHopOfARedirectIsACall() throws Exception {
    TestServer server = plainServer();
    server.answering(Answer.redirect(302, url(server, "/there")));
    mesh.script(Script.passThrough());
    assertThat(send(Request.get(url(server, "/here"))).status()).isEqualTo(200);
    assertThat(server.received()).extracting(Received::target).containsExactly("/here", "/there");
    assertThat(server.received()).allMatch(r -> r.all("traceparent").size() == 1);
    assertThat(mesh.calls()).extracting(c -> c.statuses().get(0)).containsExactly(302, 200);
  }

  @Test
  void aCallThatFailsIsTold() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(Script.passThrough());
    failure(Request.post(url(server, "/"), "body"));
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void whatMustNotBeSentInTheClearIsNotSent() throws Exception {
    TestServer server = plainServer();
    for (Script script :
        new Script[] {
          Script.refusing(Step.Reason.UNTRUSTED, "not in the clear"),
          Script.passThrough().leadingAstray("not in the clear")
        }) {
      mesh.script(script);
      // As many as the library keeps connections to one server, and one more.
      for (int i = 0; i < 6; i++) {
        Throwable error = failure(Request.post(url(server, "/"), "body"));
        assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
        assertThat(error).hasStackTraceContaining("not in the clear");
      }
      assertThat(server.received()).isEmpty();
    }
    mesh.script(Script.passThrough());
    assertThat(send(Request.get(url(server, "/"))).status()).isEqualTo(200);
  }

  @Test
  @Shows(Feature.SWITCH)
  void whatIsLeftAloneCarriesNothing() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.untouchedCall());
    assertThat(send(Request.get(url(server, "/"))).status()).isEqualTo(200);
    assertThat(server.received().get(0).all("traceparent")).isEmpty();
  }
}

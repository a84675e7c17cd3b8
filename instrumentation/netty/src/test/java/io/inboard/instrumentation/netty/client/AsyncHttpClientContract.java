// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Feature;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Shows;
import io.inboard.contract.TestServer;
import io.inboard.contract.VersionLoader;
import java.io.File;
import java.net.URL;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One version of AsyncHttpClient, under the whole mesh. */
abstract class AsyncHttpClientContract extends MeshHarness {
  private static final String APPLICATION = "io.inboard.instrumentation.netty.client.asynchttp.";

  /** A class loader for each version. */
  private static final Map<String, Version> VERSIONS = new ConcurrentHashMap<>();

  private final Version version;
  private BiFunction<Request, Integer, CompletableFuture<Response>> client;
  private int proxy;

  AsyncHttpClientContract(String version) {
    this.version = VERSIONS.computeIfAbsent(version, Version::new);
  }

  private static final class Version extends VersionLoader {
    Version(String version) {
      super(
          "async-http-client-" + version,
          Stream.of("async-http-client/" + version, "netty/4.1.135.Final")
              .flatMap(folder -> Stream.of(urls(new File("target/" + folder), ".*")))
              .toArray(URL[]::new),
          Version.class.getClassLoader(),
          false,
          APPLICATION);
    }
  }

  @Override
  protected String libraryName() {
    return AsyncHttpClientHooks.NAME;
  }

  @Override
  protected ClassLoader libraryLoader() {
    return version;
  }

  @SuppressWarnings("unchecked")
  @Override
  protected Running start(Request request) {
    try {
      if (client == null) {
        client = version.make(BiFunction.class, APPLICATION + "AsyncHttpApplication");
      }
      return new Running(client.apply(request, proxy), () -> {});
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Response send(Request request) throws Exception {
    return start(request).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @AfterEach
  void closeClient() throws Exception {
    if (client != null) {
      ((AutoCloseable) client).close();
    }
  }

  private static String mutual(String account) {
    return "tls: {mode: MUTUAL, principals: [" + principal(account) + "]}";
  }

  @Test
  @Shows(Feature.TRACING)
  void aRequestToAHostOutsideTheMeshCarriesItsTrace() throws Exception {
    TestServer server = plainServer();
    mesh("", "");
    Request request = Request.put("http://127.0.0.1:" + server.port() + "/traced?a=b", "body");
    assertThat(send(request).text()).isEqualTo("answer 200");
    assertThat(server.received().get(0).header("traceparent")).isPresent();
    assertThat(server.received().get(0).target()).isEqualTo("/traced?a=b");
    assertThat(server.received().get(0).text()).isEqualTo("body");
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void itsConnectionsAreMutuallySecuredAndKept() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("orders"), server.address()));
    for (int i = 0; i < 3; i++) {
      assertThat(send(Request.put(URL + "/orders/" + i, "body " + i)).status()).isEqualTo(200);
    }
    assertThat(server.received()).hasSize(3).allMatch(r -> r.peer().equals(Optional.of(CLIENT_ID)));
    assertThat(server.received()).allMatch(r -> r.header("traceparent").isPresent());
    assertThat(server.received().get(0).header("host")).contains(HOST + ":8080");
    assertThat(server.received().get(2).text()).isEqualTo("body 2");
    assertThat(server.connections()).isEqualTo(1);
  }

  /** Nothing is sent to it, so the connection is tried elsewhere. */
  @Test
  @Shows(Feature.BALANCING)
  void anInstanceThatIsGoneIsNotTheEnd() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(
        identity(),
        destination(
            mutual("orders") + "\n    loadBalancer: {simple: ROUND_ROBIN}",
            refusing(),
            server.address()));
    for (int i = 0; i < 2; i++) {
      assertThat(send(Request.get(URL + "/").header("connection", "close")).status())
          .isEqualTo(200);
    }
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aServerWithAnotherIdentityIsRefusedAndSeesNoRequest() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("other"), server.address()));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(server.received()).isEmpty();
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void throughAProxyNothingGoesToAMutualDestination() throws Exception {
    TestServer server = plainServer();
    proxy = server.port();
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("orders"), refusing()));
    assertThat(failure(Request.get(URL + "/"))).hasStackTraceContaining("proxy");
    assertThat(server.received()).isEmpty();
    assertThat(send(Request.get("http://elsewhere.invalid/")).status()).isEqualTo(200);
    assertThat(server.received().get(0).header("traceparent")).isPresent();
  }

  /** The server wants a certificate, which the application does not have. */
  @Test
  void itsOwnTlsIsItsOwn() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), localhost("tls: {mode: MUTUAL}"));
    Throwable error = failure(Request.get("https://localhost:" + server.port() + "/"));
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(server.received()).isEmpty();
  }
}

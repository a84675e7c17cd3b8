// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.Capability;
import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.http.HttpHost;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.message.BasicHttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client without redirects, cookies, challenges and repetitions. */
final class MinimalContractTest extends ClientContract {
  private final PoolingHttpClientConnectionManager pool = new PoolingHttpClientConnectionManager();
  private final CloseableHttpClient client = HttpClients.createMinimal(pool);

  MinimalContractTest() {
    pool.setDefaultMaxPerRoute(50);
    pool.setMaxTotal(100);
  }

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return EnumSet.complementOf(EnumSet.of(Capability.REDIRECTS));
  }

  @Override
  protected Response send(Request request) throws Exception {
    return send(Application.request(request));
  }

  private Response send(HttpUriRequest request) throws IOException {
    try (CloseableHttpResponse response = client.execute(request)) {
      return Application.response(response);
    }
  }

  @Override
  protected Running start(Request request) {
    HttpUriRequest call = Application.request(request);
    CompletableFuture<Response> future = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(send(call));
              } catch (Throwable e) {
                future.completeExceptionally(e);
              }
            },
            "contract-application");
    thread.setDaemon(true);
    thread.start();
    return new Running(future, call::abort);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws IOException {
    assertThat(pool.getTotalStats().getLeased()).isZero();
    client.close();
  }

  @Test
  void theHostThatTheApplicationGivesByItselfIsNamedAndSeen() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    HttpClientContext context = HttpClientContext.create();
    HttpHost host = new HttpHost(HOST, 8080);
    try (CloseableHttpResponse response =
        client.execute(host, new BasicHttpRequest("GET", "/a"), context)) {
      assertThat(Application.response(response).status()).isEqualTo(200);
    }
    assertThat(server.received())
        .hasSize(2)
        .allMatch(r -> r.header("host").orElse("").equals(HOST + ":8080"));
    assertThat(context.getTargetHost()).isEqualTo(host);
    assertThat(context.getHttpRoute().getTargetHost()).isEqualTo(host);
  }
}

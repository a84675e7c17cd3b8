// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.inboard.contract.Answer;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestServer;
import io.inboard.mesh.Mesh;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.springframework.retry.support.RetryTemplate;

/** An application that repeats calls which the mesh repeats: three times three is not nine. */
final class InMeshTest extends MeshHarness {
  @Override
  protected String libraryName() {
    return "http-url-connection";
  }

  @Override
  protected Response send(Request request) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) request.uri().toURL().openConnection();
    return new Response(connection.getResponseCode(), new byte[0]);
  }

  /** Fails for each answer that is not good, as Spring's RestTemplate does. */
  private Integer get() throws IOException {
    int status = send(Request.get(URL + "/")).status();
    if (status != 200) {
      throw new IOException("status " + status);
    }
    return status;
  }

  private TestServer broken() throws IOException {
    TestServer server = plainServer();
    for (int i = 0; i < 20; i++) {
      server.answering(Answer.status(503));
    }
    return server;
  }

  private void isNotMultiplied(String library, Callable<?> threeTimes) throws Exception {
    TestServer server = broken();
    Mesh mesh = mesh("", destination("retries: {backoff: 1ms}", server.address()));
    assertThatThrownBy(threeTimes::call).isInstanceOf(IOException.class);
    assertThat(server.received())
        .extracting(r -> r.header("x-envoy-attempt-count").get())
        .containsExactly("1", "2", "3", "2", "2");
    assertThat(mesh.outbound().status().outerAttempts()).isEqualTo(Map.of(library, 2L));
    assertThat(status(mesh).calls()).isEqualTo(3);
  }

  @Test
  void springRetryAroundTheMesh() throws Exception {
    isNotMultiplied("spring-retry", () -> new RetryTemplate().execute(context -> get()));
  }

  @Test
  void resilience4jAroundTheMesh() throws Exception {
    Retry retry =
        Retry.of(
            "three",
            RetryConfig.custom().maxAttempts(3).waitDuration(Duration.ofMillis(1)).build());
    isNotMultiplied("resilience4j-retry", () -> retry.executeCallable(this::get));
  }

  @Test
  void whoAsksForRetriesOfRetriesGetsThem() throws Exception {
    TestServer server = broken();
    mesh("", destination("retries: {backoff: 1ms, retryOfRetry: true}", server.address()));
    assertThatThrownBy(() -> new RetryTemplate().execute(context -> get()))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(9);
  }
}

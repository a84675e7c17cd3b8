// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestServer;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.OutputStreamRequestContent;
import org.eclipse.jetty.client.Result;
import org.junit.jupiter.api.Test;

/** What an application does with its request while that is under way. */
final class OwnRequestTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.send(request);
  }

  private static org.eclipse.jetty.client.Request request(String method) {
    return ((NewApplication) Application.HERE)
        .client()
        .newRequest(URL + "/")
        .method(method)
        .timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void theBodyThatItGaveIsTheOneThatItGetsBack() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503), Answer.status(200));
    mesh.script(Script.to(plain(server), plain(server)).keeping(1 << 20));
    OutputStreamRequestContent own = new OutputStreamRequestContent();
    List<Object> seen = new CopyOnWriteArrayList<>();
    CompletableFuture<Result> complete = new CompletableFuture<>();
    org.eclipse.jetty.client.Request request =
        request("PUT")
            .body(own)
            .onRequestBegin(r -> seen.add(r.getBody()))
            .onRequestContent((r, piece) -> seen.add(r.getBody()))
            .onRequestSuccess(r -> seen.add(r.getBody()));
    request.send(complete::complete);
    try (OutputStream body = ((OutputStreamRequestContent) request.getBody()).getOutputStream()) {
      body.write("body".getBytes(StandardCharsets.US_ASCII));
    }
    Result result = complete.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(mesh.call().statuses()).as("%s", mesh.call().failures()).containsExactly(503, 200);
    assertThat(result.getResponse().getStatus()).isEqualTo(200);
    assertThat(server.received()).hasSize(2).allMatch(r -> r.text().equals("body"));
    // Of two attempts: begun, a piece, sent.
    assertThat(seen).hasSizeGreaterThanOrEqualTo(6).containsOnly(own);
    assertThat(request.getBody()).isSameAs(own);
  }
}

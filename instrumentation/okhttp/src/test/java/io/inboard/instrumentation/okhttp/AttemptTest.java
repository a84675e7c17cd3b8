// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** One attempt, from where it begins until the library's connection serves others again. */
final class AttemptTest extends ClientHarness {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected io.inboard.contract.Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Test
  void aCancellationWhileTheMeshBeginsTheCallIsNotLost() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    okhttp3.Call call = application.call(Request.get(URL + "/"));
    Outbound cancelling =
        request -> {
          call.cancel();
          return mesh.begin(request);
        };
    Inboard.serve(new Inboard.Core(cancelling, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
    assertThatThrownBy(call::execute).isInstanceOf(IOException.class).hasMessage("Canceled");
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(mesh.call().failures()).as("whom it blames").isEmpty();
    assertThat(server.connections()).isZero();
  }

  @Test
  void theHandshakeTakesNoLongerThanTheApplicationReads() throws Exception {
    List<Integer> bounds = new CopyOnWriteArrayList<>();
    OkHttpClient client =
        new OkHttpClient.Builder()
            .socketFactory(
                new Sockets(
                    () ->
                        new Socket() {
                          @Override
                          public void setSoTimeout(int millis) throws SocketException {
                            bounds.add(millis);
                            super.setSoTimeout(millis);
                          }
                        }))
            .readTimeout(Duration.ofSeconds(5))
            .build();
    mesh.script(Script.to(secured(securedServer())));
    assertThat(new Application(client).send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(bounds).isNotEmpty().allMatch(millis -> millis > 0 && millis <= 5000);
  }

  @Test
  void aHeaderThatTheLibraryCannotWriteCostsNeitherTheOthersNorTheBody() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).keeping(1000).writing("x-unwritable", "caf\u00e9"));
    Request request = Request.put(URL + "/", "the body").streamed();
    assertThat(send(request).status()).isEqualTo(200);
    assertThat(server.received())
        .hasSize(2)
        .allMatch(r -> r.header("x-attempt").isPresent() && r.text().equals("the body"));
  }

  @Test
  void aBodyOfKnownLengthEndsWithItsLastByte() throws Exception {
    TestServer server = plainServer().answering(Answer.status(200, "a body"));
    mesh.script(Script.to(plain(server)).wantingBodies(6));
    Response response = application.call(Request.get(URL + "/")).execute();
    assertThat(response.body().source().readByteArray(6)).hasSize(6);
    // Not closed: the library's exchange is over all the same.
    assertThat(mesh.call().doneCount()).isEqualTo(1);
    assertThat(mesh.call().bodies()).containsExactly("a body");
    mesh.call().attempts().get(0).strike();
    send(Request.get(URL + "/"));
    assertThat(server.connections()).as("nobody's connection was stopped").isEqualTo(1);
    response.close();
  }
}

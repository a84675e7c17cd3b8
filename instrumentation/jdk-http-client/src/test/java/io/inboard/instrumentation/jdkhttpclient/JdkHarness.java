// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;

import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.net.http.HttpClient;
import org.junit.jupiter.api.AfterEach;

/** For tests beyond the contract: a client of the usual settings, and nothing left in our maps. */
abstract class JdkHarness extends ClientHarness {
  final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  @Override
  protected final String libraryName() {
    return JdkHttpClientHooks.NAME;
  }

  @Override
  protected final Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the client itself");
  }

  @AfterEach
  final void nothingIsRemembered() {
    eventually(
        () ->
            Conversation.known() == 0
                && Route.known() == 0
                && Answers.known() + Bodies.known() == 0,
        () ->
            Conversation.known()
                + " conversations, "
                + Route.known()
                + " routes, "
                + Answers.known()
                + " answers");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.weave.Advice;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;

/** One nested class for each line of {@link VertxClientHooks}. */
final class ClientAdvice {
  private ClientAdvice() {}

  /** {@code HttpClientRequestImpl#doWrite}. */
  static final class Write {
    private Write() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.This HttpClientRequest request) {
      return Watched.sending(request);
    }

    static Throwable enter(Throwable mistake, HttpClientRequest request) {
      return Watched.refusal(mistake, request);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refusal) {
      return refusal;
    }
  }

  /** {@code HttpClientRequestBase#handleResponse}. */
  static final class Respond {
    private Respond() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This HttpClientRequest request, @Advice.Argument(0) HttpClientResponse response) {
      Watched.responded(request, response);
    }
  }

  /** {@code HttpClientRequestImpl#handleException}. */
  static final class Fail {
    private Fail() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpClientRequest request, @Advice.Argument(0) Throwable error) {
      Watched.failed(request, error);
    }
  }
}

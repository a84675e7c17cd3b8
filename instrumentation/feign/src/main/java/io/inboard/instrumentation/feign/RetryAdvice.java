// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign;

import feign.Request;
import feign.RetryableException;
import io.inboard.call.Inboard;
import io.inboard.weave.Advice;
import java.net.URI;

/** Whether Feign calls again. */
final class RetryAdvice {
  private RetryAdvice() {}

  /** Where the mesh decides about repetitions, it has decided: the failure is the application's. */
  static final class Continue {
    private Continue() {}

    @Advice.OnMethodEnter(skipOn = RetryableException.class)
    static RetryableException enter(@Advice.Argument(0) RetryableException failure) {
      return isTheMeshs(failure.request()) ? failure : null;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter RetryableException failure) {
      return failure;
    }

    private static boolean isTheMeshs(Request request) {
      if (request == null || Inboard.outbound().disabled()) {
        return false;
      }
      URI url;
      try {
        url = URI.create(request.url());
      } catch (IllegalArgumentException e) {
        // No client could send it either.
        return false;
      }
      return "http".equalsIgnoreCase(url.getScheme())
          && url.getHost() != null
          && Inboard.outbound().repeats(url.getHost(), url.getPort() < 0 ? 80 : url.getPort());
    }
  }
}

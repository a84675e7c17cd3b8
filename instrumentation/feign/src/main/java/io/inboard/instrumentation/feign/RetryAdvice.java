// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign;

import feign.Request;
import feign.RetryableException;
import io.inboard.call.Inboard;
import io.inboard.call.client.RepeatedWork;
import io.inboard.weave.Advice;
import java.net.URI;

/** Whether Feign calls again. */
final class RetryAdvice {
  private RetryAdvice() {}

  /** {@code SynchronousMethodHandler#invoke}: the whole call. */
  static final class Invoke {
    private Invoke() {}

    @Advice.OnMethodEnter
    static Object enter() {
      return RepeatedWork.begin(FeignHooks.NAME);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object begun) {
      if (begun != null) {
        ((RepeatedWork) begun).end();
      }
    }
  }

  /** {@code executeAndDecode}: one attempt of it, whoever made Feign try again. */
  static final class Attempt {
    private Attempt() {}

    @Advice.OnMethodEnter
    static void enter() {
      RepeatedWork.attempt();
    }
  }

  /**
   * What Feign repeats though nobody asked it to: where the mesh decides about repetitions, it has
   * decided, and the failure is the application's.
   */
  static final class Continue {
    private Continue() {}

    @Advice.OnMethodEnter(skipOn = RetryableException.class)
    static RetryableException enter(
        @Advice.This Object retryer, @Advice.Argument(0) RetryableException failure) {
      return RetryerMembers.isFeignsOwn(retryer) && isTheMeshs(failure.request()) ? failure : null;
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

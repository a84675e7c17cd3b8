// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign.app;

import feign.Feign;
import feign.RequestLine;
import feign.RetryableException;
import feign.Retryer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntBiFunction;

/** Calls a URL by a client that gets no answer and tells of each attempt; says how often. */
public class FeignCalls implements ToIntBiFunction<String, Runnable> {
  @Override
  public int applyAsInt(String url, Runnable attempt) {
    AtomicInteger calls = new AtomicInteger();
    Api api =
        Feign.builder()
            .client(
                (request, options) -> {
                  calls.incrementAndGet();
                  attempt.run();
                  throw new IOException("connection reset");
                })
            .retryer(retryer())
            .target(Api.class, url);
    try {
      api.pay();
      throw new IllegalStateException("an answer");
    } catch (RetryableException e) {
      return calls.get();
    }
  }

  /** What Feign takes when nothing is said. */
  Retryer retryer() {
    return new Retryer.Default();
  }

  /** As an application declares it. */
  public interface Api {
    @RequestLine("POST")
    void pay();
  }
}

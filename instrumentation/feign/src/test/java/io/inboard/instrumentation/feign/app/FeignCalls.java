// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign.app;

import feign.Feign;
import feign.RequestLine;
import feign.RetryableException;
import feign.Retryer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/** Calls a URL by a client that gets no answer; says how often. */
public class FeignCalls implements ToIntFunction<String> {
  @Override
  public int applyAsInt(String url) {
    AtomicInteger calls = new AtomicInteger();
    Api api =
        Feign.builder()
            .client(
                (request, options) -> {
                  calls.incrementAndGet();
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

  /** Feign's own, with shorter waits. */
  Retryer retryer() {
    return new Retryer.Default(1, 1, 5);
  }

  /** As an application declares it. */
  public interface Api {
    @RequestLine("POST")
    void pay();
  }
}

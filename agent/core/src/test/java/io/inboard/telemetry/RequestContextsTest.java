// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Repeated;
import org.junit.jupiter.api.Test;

class RequestContextsTest {
  private final RequestContexts contexts = new RequestContexts();
  private final Context one = new Context() {};
  private final Context two = new Context() {};

  @Test
  void scopesNestAndRestore() {
    assertThat(contexts.current()).isSameAs(Context.NONE);
    Contexts.Scope outer = contexts.activate(one);
    Contexts.Scope inner = contexts.activate(two);
    assertThat(contexts.current()).isSameAs(two);
    inner.close();
    assertThat(contexts.current()).isSameAs(one);
    outer.close();
    assertThat(contexts.current()).isSameAs(Context.NONE);
  }

  @Test
  void noneHidesAnOuterContext() {
    try (Contexts.Scope outer = contexts.activate(one)) {
      try (Contexts.Scope inner = contexts.activate(Context.NONE)) {
        assertThat(contexts.current()).isSameAs(Context.NONE);
      }
      assertThat(contexts.current()).isSameAs(one);
    }
  }

  @Test
  void aScopeRestoresOnce() {
    Contexts.Scope scope = contexts.activate(one);
    scope.close();
    Contexts.Scope later = contexts.activate(two);
    scope.close();
    assertThat(contexts.current()).isSameAs(two);
    later.close();
  }

  @Test
  void whatIsDoneOnceMoreBelongsToTheSameTrace() {
    RequestContext request =
        new RequestContext(
            TraceIds.NONE, TraceIds.NONE, BaggageHeader.EMPTY, "id", CallerTerms.NONE);
    Context again = Repeated.by("spring-retry", request);
    assertThat(RequestContext.of(again)).isSameAs(request);
    assertThat(again.terms().repetition()).isTrue();
    assertThat(RequestContext.of(Repeated.by("spring-retry", Context.NONE)))
        .isSameAs(RequestContext.ROOT);
  }

  @Test
  void anotherThreadHasItsOwn() throws InterruptedException {
    try (Contexts.Scope scope = contexts.activate(one)) {
      Context[] seen = new Context[1];
      Thread thread = new Thread(() -> seen[0] = contexts.current());
      thread.start();
      thread.join();
      assertThat(seen[0]).isSameAs(Context.NONE);
    }
  }
}

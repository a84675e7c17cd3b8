// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.util.concurrent.CompletableFuture;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Component;

/** Work that Spring moves to another thread. */
@Component
class Background {
  private final Calls calls;

  Background(Calls calls) {
    this.calls = calls;
  }

  @Async
  public CompletableFuture<ResponseEntity<String>> call(Calls.Order order) {
    return CompletableFuture.completedFuture(calls.call(order));
  }
}

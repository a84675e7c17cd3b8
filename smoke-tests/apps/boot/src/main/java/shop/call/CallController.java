// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/**
 * Calls onward, {@code /call?url=&client=&method=&body=}, in each of the ways of a Spring service.
 */
@RestController
@RequestMapping("/call")
class CallController {
  private final Calls calls;
  private final Background background;
  private final JdkCaller jdk;
  private final ExecutorService pool;

  CallController(Calls calls, Background background, JdkCaller jdk, ExecutorService pool) {
    this.calls = calls;
    this.background = background;
    this.jdk = jdk;
    this.pool = pool;
  }

  @GetMapping
  ResponseEntity<String> direct(Calls.Order order) {
    return calls.call(order);
  }

  @GetMapping("/callable")
  Callable<ResponseEntity<String>> callable(Calls.Order order) {
    return () -> calls.call(order);
  }

  @GetMapping("/deferred")
  DeferredResult<ResponseEntity<String>> deferred(Calls.Order order) {
    DeferredResult<ResponseEntity<String>> result = new DeferredResult<>();
    pool.execute(() -> result.setResult(calls.call(order)));
    return result;
  }

  /** Spring's {@code @Async}. */
  @GetMapping("/background")
  CompletableFuture<ResponseEntity<String>> background(Calls.Order order) {
    return background.call(order);
  }

  /** The common pool. */
  @GetMapping("/future")
  CompletableFuture<ResponseEntity<String>> future(Calls.Order order) {
    return CompletableFuture.supplyAsync(() -> calls.call(order));
  }

  /** Two calls, the second of which is sent from the callback of the first. */
  @GetMapping("/chained")
  CompletableFuture<ResponseEntity<String>> chained(Calls.Order order) {
    URI uri = URI.create(order.url);
    return jdk.callAsync(order.method, uri, order.body)
        .thenCompose(first -> jdk.callAsync(order.method, uri, order.body))
        .thenApply(second -> ResponseEntity.status(second.status()).body(second.body()));
  }

  /** A virtual thread (Java 21; asked for by reflection, since this is compiled for 17). */
  @GetMapping("/virtual")
  CompletableFuture<ResponseEntity<String>> virtual(Calls.Order order)
      throws ReflectiveOperationException {
    Executor threads =
        (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    return CompletableFuture.supplyAsync(() -> calls.call(order), threads);
  }
}

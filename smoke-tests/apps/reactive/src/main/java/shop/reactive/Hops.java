// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.reactive;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import kotlin.Unit;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;
import kotlinx.coroutines.future.FutureKt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Calls another service by a client that waits, after the work for the request has gone over
 * threads of some library's.
 */
@RestController
class Hops {
  private static final int MILLIS = 3;

  private final HttpClient client = HttpClient.newHttpClient();

  /** What the other service answers. */
  @GetMapping("/through/{way}")
  CompletionStage<String> through(@PathVariable String way, @RequestParam URI url) {
    return switch (way) {
      case "reactor" ->
          Mono.delay(Duration.ofMillis(MILLIS))
              .publishOn(Schedulers.boundedElastic())
              .map(passed -> call(url))
              .subscribeOn(Schedulers.parallel())
              .toFuture();
      case "reactor-interval" ->
          Flux.interval(Duration.ofMillis(MILLIS))
              .take(3)
              .publishOn(Schedulers.boundedElastic())
              .last()
              .map(ticks -> call(url))
              .toFuture();
      case "rxjava" ->
          Single.timer(MILLIS, MILLISECONDS)
              .observeOn(io.reactivex.rxjava3.schedulers.Schedulers.io())
              .map(passed -> call(url))
              .toCompletionStage();
      case "rxjava-interval" ->
          Observable.interval(MILLIS, MILLISECONDS)
              .take(3)
              .observeOn(io.reactivex.rxjava3.schedulers.Schedulers.io())
              .lastOrError()
              .map(ticks -> call(url))
              .toCompletionStage();
      case "mutiny" ->
          Uni.createFrom()
              .item(url)
              .onItem()
              .delayIt()
              .by(Duration.ofMillis(MILLIS))
              .emitOn(task -> new Thread(task, "of-nobody").start())
              .onItem()
              .transform(this::call)
              .emitOn(Infrastructure.getDefaultExecutor())
              .subscribe()
              .asCompletionStage();
      case "coroutines" -> coroutine(url);
      default -> throw new IllegalArgumentException(way);
    };
  }

  private CompletionStage<String> coroutine(URI url) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Flow<URI> waited =
        FlowKt.onEach(FlowKt.flowOf(url), (item, self) -> DelayKt.delay(MILLIS, self));
    Flow<URI> called =
        FlowKt.onEach(
            waited,
            (item, self) -> {
              answer.complete(call(item));
              return Unit.INSTANCE;
            });
    FutureKt.future(
            GlobalScope.INSTANCE,
            Dispatchers.getIO(),
            CoroutineStart.DEFAULT,
            (scope, self) -> FlowKt.collect(called, self))
        .whenComplete(
            (done, error) -> {
              if (error != null) {
                answer.completeExceptionally(error);
              }
            });
    return answer;
  }

  private String call(URI url) {
    try {
      return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

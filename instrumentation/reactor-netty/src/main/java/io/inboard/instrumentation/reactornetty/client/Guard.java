// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.client.Refusals;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientConfig;

/** What must be encrypted and is not directed is refused. Any thread. */
final class Guard {
  private Guard() {}

  /** Whether a subscription is refused, and failed, because a hook of ours has thrown. */
  static boolean refuses(
      Throwable mistake, HttpClientConfig config, CoreSubscriber<? super Connection> actual) {
    if (actual instanceof Flight) {
      return false;
    }
    Optional<SSLException> refusal = refusal(Stage.of(config), mistake);
    refusal.ifPresent(error -> Operators.error(actual, error));
    return refusal.isPresent();
  }

  /** Why a hop is not sent as without us. */
  static Optional<SSLException> refusal(Stage stage, Throwable mistake) {
    return stage.isInternet()
        ? Refusals.failClosed(
            ReactorNettyClientHooks.NAME, stage.scheme(), stage.host(), stage.port(), mistake)
        : Optional.empty();
  }

  /** What fails a request whose connection could not be looked at; null: it is made. */
  static Publisher<Void> refuses(Throwable mistake, Object handler) {
    return refusal(Stage.of(handler, Set.of()), mistake)
        .<Publisher<Void>>map(Mono::error)
        .orElse(null);
  }

  /**
   * The address of an attempt is not known, by an error of ours.
   *
   * @return null: that of the application may do
   */
  static SocketAddress nowhere(Object handler) {
    Stage stage = Stage.of(handler, Set.of());
    return refusal(stage, null).isPresent() ? new Nowhere() : null;
  }

  /** Nobody connects to it. */
  static final class Nowhere extends SocketAddress {
    private static final long serialVersionUID = 1L;
  }
}

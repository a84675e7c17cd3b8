// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Inboard;
import io.inboard.call.client.Refusals;
import java.net.SocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLException;
import reactor.core.CoreSubscriber;
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

  /**
   * The address of an attempt is not known, by an error of ours.
   *
   * @return null: that of the application may do
   */
  static SocketAddress nowhere(Object handler) {
    Object uri = Members.TO.get(handler);
    Stage stage = Stage.of(handler, java.util.Set.of());
    return uri != null
            && stage.isInternet()
            && Inboard.outbound().mustEncrypt(stage.host(), stage.port())
        ? new Nowhere()
        : null;
  }

  /** Nobody connects to it. */
  static final class Nowhere extends SocketAddress {
    private static final long serialVersionUID = 1L;
  }
}

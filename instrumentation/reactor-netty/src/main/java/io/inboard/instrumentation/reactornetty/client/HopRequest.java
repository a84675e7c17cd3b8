// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import reactor.netty.http.client.HttpClientConfig;
import reactor.netty.transport.ProxyProvider;

/** The request of a hop, as the core sees it. */
final class HopRequest implements OutboundRequest {
  /** More would not fit into nanoseconds, and is as good as for ever. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private final HttpClientConfig config;
  private final Stage stage;
  private final SentBody body;
  private final HeaderView announced;
  private final boolean proxied;

  /**
   * @param announced headers that the application will set while it is asked for the request
   */
  HopRequest(HttpClientConfig config, Stage stage, SentBody body, HeaderView announced) {
    this.config = config;
    this.stage = stage;
    this.body = body;
    this.announced = announced;
    this.proxied = isProxied(config, stage.address());
  }

  /** Since 1.2 a proxy may be named as late as when it is connected to: there may be one. */
  private static boolean isProxied(HttpClientConfig config, SocketAddress address) {
    ProxyProvider proxy = config.proxyProvider();
    return proxy == null ? config.hasProxy() : proxy.shouldProxy(address);
  }

  @Override
  public String library() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  public String method() {
    return stage.methodName();
  }

  @Override
  public String scheme() {
    return stage.scheme();
  }

  @Override
  public String host() {
    return stage.host();
  }

  @Override
  public int port() {
    return stage.port();
  }

  @Override
  public String target() {
    return stage.target();
  }

  @Override
  public String url() {
    return stage.external();
  }

  /** Those that the application sets while it sends are known from then on. */
  @Override
  public List<String> headers(String name) {
    return body.headers(name).orElseGet(() -> known(name));
  }

  private List<String> known(String name) {
    List<String> values = announced.headers(name);
    return values.isEmpty() ? config.headers().getAll(name) : values;
  }

  @Override
  public boolean proxied() {
    return proxied;
  }

  @Override
  public boolean hedgeable() {
    return body.isNone();
  }

  /** {@code responseTimeout}, which every attempt has anew. */
  @Override
  public long patienceNanos(long elapsedNanos) {
    Duration own = config.responseTimeout();
    return own == null || own.compareTo(LONGEST) > 0 ? Long.MAX_VALUE : own.toNanos();
  }

  @Override
  public Body body() {
    return body.state();
  }
}

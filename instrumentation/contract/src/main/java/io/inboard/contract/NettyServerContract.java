// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.contract.PathHandlers.Router;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * The contract for one version of Netty, or of what stands on it, and one way to set up its
 * pipeline.
 */
public abstract class NettyServerContract extends ServerContract {
  private final NettyVersion netty;
  private final Map<String, String> properties;

  /**
   * @param properties of the server; {@code http2}: it speaks that, too
   */
  protected NettyServerContract(NettyVersion netty, Map<String, String> properties) {
    this.netty = netty;
    this.properties = properties;
  }

  private Map<String, String> with(String name, String value) {
    Map<String, String> more = new HashMap<>(properties);
    more.put(name, value);
    return more;
  }

  @Override
  protected RunningServer start() throws Exception {
    return netty.start(properties, Optional.empty());
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return netty.start(properties, Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return netty.start(with("router", router.name()), Optional.empty());
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    return Optional.of(netty.start(with("keystore", identity.keyStoreFile()), Optional.empty()));
  }

  @Override
  protected String library() {
    return "netty";
  }

  @Override
  protected boolean http2() {
    return properties.containsKey("http2");
  }

  @Override
  protected boolean routes() {
    return false;
  }

  /** {@code HttpMethod}'s constructor does. */
  @Override
  protected boolean trimsMethods() {
    return true;
  }

  @Override
  protected boolean queues() {
    return false;
  }
}

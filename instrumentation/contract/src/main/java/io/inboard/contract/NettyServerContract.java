// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.PathHandlers.Router;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/**
 * The contract for one version of Netty, or of what stands on it, and one way to set up its
 * pipeline.
 */
public abstract class NettyServerContract extends ServerContract {
  /** Without connection options of other protocols than HTTP/2 (RFC 7540 section 3.2). */
  protected static final String[] UPGRADE_TO_HTTP_2 = {
    "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"
  };

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

  /** A server that agreed to it would go on in the clear, or without its judge. */
  @Test
  void nobodyIsUpgradedToPlaintextHttp2InsideOfTls() throws Exception {
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      for (int i = 0; i < 2; i++) {
        assertThat(wire.get("/hello", UPGRADE_TO_HTTP_2).text()).isEqualTo("hello");
      }
    }
    assertThat(mesh.ended(2)).allSatisfy(r -> assertThat(r.responses()).containsExactly(200));
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

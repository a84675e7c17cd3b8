// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.contract.NettyServerContract;
import io.inboard.contract.NettyVersion;
import java.util.Map;

/** The contract for one version of Netty, bare. */
abstract class NettyContract extends NettyServerContract {
  NettyContract(String version, Map<String, String> properties) {
    super(netty(version), properties);
  }

  static NettyVersion netty(String version) {
    return new NettyVersion(
        "netty", version, "io.inboard.instrumentation.netty.server.app.NettyServer");
  }
}

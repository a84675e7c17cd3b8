// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import io.inboard.contract.NettyServerContract;
import io.inboard.contract.NettyVersion;
import java.util.Map;

/** The contract for one version of reactor-netty, with the Netty that it asks for. */
abstract class ReactorNettyContract extends NettyServerContract {
  ReactorNettyContract(String version, Map<String, String> properties) {
    super(
        new NettyVersion(
            "reactor-netty",
            version,
            "io.inboard.instrumentation.reactornetty.server.app.ReactorServer"),
        properties);
  }
}

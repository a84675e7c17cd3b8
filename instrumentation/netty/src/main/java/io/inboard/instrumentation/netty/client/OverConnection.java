// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.OutboundRequest;

/**
 * What goes over a connection that an application opens, or that opening itself: where it leads.
 */
interface OverConnection extends OutboundRequest {
  Opened opened();

  @Override
  default String library() {
    return NettyClientHooks.NAME;
  }

  @Override
  default String scheme() {
    return opened().scheme();
  }

  @Override
  default String host() {
    return opened().host();
  }

  @Override
  default int port() {
    return opened().port();
  }
}

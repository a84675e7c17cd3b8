// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.OutboundRequest;
import java.util.List;

/**
 * A connection that an application opens by itself, as the core sees it.
 *
 * @param library as in {@code status}
 * @param port never 0
 */
record Opening(String library, String host, int port) implements OutboundRequest {
  @Override
  public Kind kind() {
    return Kind.CONNECTION;
  }

  /** Nothing is repeated for its sake: what was not connected was not sent. */
  @Override
  public String method() {
    return "CONNECT";
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String target() {
    return "/";
  }

  @Override
  public List<String> headers(String name) {
    return List.of();
  }

  @Override
  public Body body() {
    return Body.NONE;
  }
}

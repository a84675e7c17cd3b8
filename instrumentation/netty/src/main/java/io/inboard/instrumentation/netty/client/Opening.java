// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import java.util.List;

/** A connection that is opened, as the core sees it. */
record Opening(Opened opened) implements OverConnection {
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

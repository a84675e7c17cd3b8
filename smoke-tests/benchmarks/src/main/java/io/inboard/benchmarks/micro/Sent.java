// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.inboard.call.OutboundRequest;
import java.util.List;

/** A GET that an application sends, as a library would show it. */
public record Sent(String host) implements OutboundRequest {
  /** Without headers. */
  public static final OutboundRequest GET = new Sent("payments");

  @Override
  public String library() {
    return "benchmark";
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public int port() {
    return 80;
  }

  @Override
  public String target() {
    return "/orders?id=1";
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

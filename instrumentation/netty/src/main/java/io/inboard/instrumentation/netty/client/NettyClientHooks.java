// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Clients that applications build of Netty: a connection is about to be opened, and its pipeline is
 * set up; a message is written from outside of the event loop, and is handed to that.
 */
public final class NettyClientHooks implements Library {
  /** As {@code status} and spans say it. */
  static final String NAME = "netty-client";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(Members.HANDLES)
        .weave(Members.BOOTSTRAP, method("doResolveAndConnect0", 4), ClientAdvice.Connecting.class)
        .weave(
            "io.netty.channel.AbstractChannelHandlerContext",
            method("write", "java.lang.Object", "boolean", "io.netty.channel.ChannelPromise"),
            ClientAdvice.Write.class)
        .build();
  }
}

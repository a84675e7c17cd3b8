// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.util.ArrayList;
import java.util.List;

/**
 * Netty's own sockets: epoll, kqueue and io_uring go around the JDK. All three listen by {@code
 * io.netty.channel.unix.Socket}; they connect in their channels, which do not call that class where
 * the first bytes go with the connect (TCP Fast Open).
 */
public final class NettyNativeHooks implements Library {
  static final String NAME = "netty-native";

  /** Under which names well-known libraries carry a Netty of their own. */
  private static final List<String> SHADES =
      List.of(
          "",
          "io.grpc.netty.shaded.",
          "org.apache.hbase.thirdparty.",
          "org.apache.flink.shaded.netty4.",
          "com.couchbase.client.core.deps.",
          "org.apache.pulsar.shade.",
          "org.apache.ratis.thirdparty.",
          "play.shaded.ahc.",
          "org.asynchttpclient.shaded.");

  private static List<String> names(String suffix) {
    List<String> names = new ArrayList<>();
    SHADES.forEach(shade -> names.add(shade + suffix));
    return names;
  }

  @Override
  public Unit unit() {
    List<String> socket = names("io.netty.channel.unix.Socket");
    List<String> channels = names("io.netty.channel.epoll.AbstractEpollChannel");
    channels.addAll(names("io.netty.channel.kqueue.AbstractKQueueChannel"));
    return Unit.named(NAME)
        .weave(socket, method("listen", "int").whereItExists(), NettyAdvice.Listen.class)
        .weave(channels, method("doConnect", 2).whereItExists(), NettyAdvice.Connect.class)
        .weave(
            names("io.netty.channel.uring.AbstractIoUringChannel$AbstractUringUnsafe"),
            method("connect", 3).whereItExists(),
            NettyAdvice.Connect.class)
        .weave(
            List.of("io.netty.incubator.channel.uring.AbstractIOUringChannel$AbstractUringUnsafe"),
            method("connect", 3).whereItExists(),
            NettyAdvice.Connect.class)
        .build();
  }
}

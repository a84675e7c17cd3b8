// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import java.net.InetSocketAddress;
import org.apache.tomcat.util.collections.SynchronizedStack;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketBufferHandler;

/** Connections of {@link NioEndpoint}, from accept to the first byte. */
final class ConnectionAdvice {
  private ConnectionAdvice() {}

  private static Mode mode(NioEndpoint endpoint) {
    return endpoint.getUnixDomainSocketPath() != null
        ? Mode.DISABLE
        : Inboard.inboundTls().mode(endpoint.getLocalPort());
  }

  /**
   * In place of {@code new NioChannel(buffers)}. A connector with TLS of its own constructs another
   * class, and so is left alone.
   */
  static final class Create {
    static final String CONSTRUCTED = "org.apache.tomcat.util.net.NioChannel";

    private Create() {}

    static NioChannel construct(
        @Advice.Argument(0) SocketBufferHandler buffers, @Advice.This NioEndpoint endpoint) {
      return mode(endpoint) == Mode.DISABLE
          ? new NioChannel(buffers)
          : new MeshChannel(buffers, endpoint);
    }

    /** No channel is an error to Tomcat, which closes the connection. */
    static NioChannel construct(
        Throwable error, SocketBufferHandler buffers, NioEndpoint endpoint) {
      boolean closed = mode(endpoint) == Mode.STRICT;
      return closed ? null : new NioChannel(buffers);
    }
  }

  /**
   * A connection was accepted and will take a channel from Tomcat's pool: one that was made while
   * the port was left alone, or before we were there, is of no use any more.
   */
  static final class Accept {
    private Accept() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This NioEndpoint endpoint,
        @Advice.FieldValue("nioChannels") SynchronizedStack<NioChannel> pool) {
      if (pool == null || endpoint.isSSLEnabled() || mode(endpoint) == Mode.DISABLE) {
        return;
      }
      NioChannel channel = pool.pop();
      while (channel != null && MeshChannel.isBare(channel)) {
        channel.free();
        channel = pool.pop();
      }
      if (channel != null && !pool.push(channel)) {
        channel.free();
      }
    }
  }

  /** A connection has its channel and timeouts, and is about to wait for its first byte. */
  static final class Register {
    private Register() {}

    /** Not zero: it is closed instead. */
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) NioSocketWrapper wrapper) {
      NioChannel channel = wrapper.getSocket();
      if (channel instanceof MeshChannel ours) {
        ours.awaitFirstByte();
        return false;
      }
      if (!MeshChannel.isBare(channel) || wrapper.getLocalPort() <= 0) {
        return false;
      }
      // A connection that closed between Accept and here may have brought its channel back.
      return refuse(wrapper, Gate.isStrict(wrapper.getLocalPort()));
    }

    static boolean enter(Throwable error, NioSocketWrapper wrapper) {
      return refuse(wrapper, Gate.isStrict(wrapper.getLocalPort()));
    }

    private static boolean refuse(NioSocketWrapper wrapper, boolean refused) {
      if (refused) {
        Inboard.inboundTls()
            .refused(
                wrapper.getLocalPort(),
                InetSocketAddress.createUnresolved("unknown", 0),
                Refusal.PLAINTEXT);
        wrapper.close();
      }
      return refused;
    }
  }
}

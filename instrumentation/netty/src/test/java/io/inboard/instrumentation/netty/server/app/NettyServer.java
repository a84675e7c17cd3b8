// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server.app;

import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerUpgradeHandler;
import io.netty.handler.codec.http2.CleartextHttp2ServerUpgradeHandler;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;

/** A server of whatever version of Netty this class was loaded beside. */
public final class NettyServer implements RunningServer {
  private static final int LARGEST_BODY = 10_000_000;

  private final EventLoopGroup loops;
  private final Channel listener;

  /**
   * @param properties a {@code keystore} gives it TLS of its own, {@code epoll} or {@code io_uring}
   *     another transport, {@code http2} takes HTTP/2, too, {@code apart} decodes and encodes in
   *     handlers apart, a {@code router} serves paths, {@code haproxy} reads the PROXY protocol
   *     first
   * @param threads for requests; empty: the event loops
   */
  public NettyServer(Map<String, String> properties, Optional<Executor> threads) throws Exception {
    boolean uring = properties.containsKey("io_uring");
    boolean epoll = properties.containsKey("epoll");
    this.loops =
        uring ? uringLoops() : epoll ? new EpollEventLoopGroup(2) : new NioEventLoopGroup(2);
    Class<? extends ServerChannel> channels =
        uring
            ? uringChannels()
            : epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    Optional<SslContext> own =
        properties.containsKey("keystore")
            ? Optional.of(secured(properties.get("keystore")))
            : Optional.empty();
    Optional<Router> router = Optional.ofNullable(properties.get("router")).map(Router::valueOf);
    this.listener =
        new ServerBootstrap()
            .group(loops)
            .channel(channels)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    own.ifPresent(
                        tls -> channel.pipeline().addFirst(tls.newHandler(channel.alloc())));
                    if (properties.containsKey("haproxy")) {
                      ProxyProtocol.first(channel.pipeline());
                    }
                    ContractHandler application = new ContractHandler(threads, router);
                    if (properties.containsKey("http2")) {
                      either(channel.pipeline(), application, threads, router);
                    } else if (properties.containsKey("apart")) {
                      apart(channel.pipeline(), application);
                    } else {
                      channel.pipeline().addLast("codec", new HttpServerCodec());
                      // Between the codec and what was there before it.
                      channel.pipeline().addLast("application", application);
                      channel.pipeline().addAfter("codec", "whole", whole());
                    }
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0))
            .sync()
            .channel();
  }

  /** Of Netty 4.2, which this class is not compiled against. */
  private static EventLoopGroup uringLoops() throws Exception {
    Object factory =
        Class.forName("io.netty.channel.uring.IoUringIoHandler")
            .getMethod("newFactory")
            .invoke(null);
    return (EventLoopGroup)
        Class.forName("io.netty.channel.MultiThreadIoEventLoopGroup")
            .getConstructor(int.class, Class.forName("io.netty.channel.IoHandlerFactory"))
            .newInstance(2, factory);
  }

  private static Class<? extends ServerChannel> uringChannels() throws Exception {
    return Class.forName("io.netty.channel.uring.IoUringServerSocketChannel")
        .asSubclass(ServerChannel.class);
  }

  private static HttpObjectAggregator whole() {
    return new HttpObjectAggregator(LARGEST_BODY);
  }

  private static void apart(ChannelPipeline pipeline, ContractHandler application) {
    pipeline
        .addLast(new HttpRequestDecoder())
        .addLast(new HttpResponseEncoder())
        .addLast(whole())
        .addLast(application);
  }

  private static void either(
      ChannelPipeline pipeline,
      ContractHandler application,
      Optional<Executor> threads,
      Optional<Router> router) {
    HttpServerCodec codec = new HttpServerCodec();
    ChannelInitializer<Channel> http2 =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addBefore("whole", null, Http2FrameCodecBuilder.forServer().build())
                .addBefore("whole", null, new Http2MultiplexHandler(streams(threads, router)));
          }
        };
    pipeline
        .addLast(
            new CleartextHttp2ServerUpgradeHandler(
                codec, new HttpServerUpgradeHandler(codec, protocol -> null), http2))
        .addLast("whole", whole())
        .addLast(application);
  }

  private static ChannelInitializer<Channel> streams(
      Optional<Executor> threads, Optional<Router> router) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel stream) {
        stream
            .pipeline()
            .addLast(new Http2StreamFrameToHttpObjectCodec(true))
            .addLast(whole())
            .addLast(new ContractHandler(threads, router));
      }
    };
  }

  private static SslContext secured(String file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(file)) {
      store.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, "changeit".toCharArray());
    return SslContextBuilder.forServer(keys).build();
  }

  @Override
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}

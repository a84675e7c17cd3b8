// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client.app;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpClientUpgradeHandler;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2ClientUpgradeCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.resolver.NoopAddressResolverGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A client of whatever version of Netty this class was loaded beside. */
@SuppressWarnings("FutureReturnValueIgnored")
public final class NettyClient
    implements Function<Request, CompletableFuture<Response>>, AutoCloseable {
  private static final int LARGEST_BODY = 1_000_000;

  private final Map<String, String> properties;
  private final EventLoopGroup loops;
  private final Bootstrap bootstrap;
  private final Optional<SslContext> own;

  /** By host and port. */
  private final Map<String, Channel> kept = new ConcurrentHashMap<>();

  /**
   * @param properties {@code epoll}: another transport; {@code apart}: encodes and decodes in
   *     handlers apart; {@code http2}: speaks that at once; {@code upgrade}: asks for it; {@code
   *     tls}: its own; {@code proxy}: the port of one for tunnels, {@code absolute}: that of one
   *     which is told by each request; {@code keep}: requests share a connection
   */
  public NettyClient(Map<String, String> properties) throws Exception {
    this.properties = properties;
    boolean epoll = properties.containsKey("epoll");
    this.loops = epoll ? new EpollEventLoopGroup(1) : new NioEventLoopGroup(1);
    this.own =
        properties.containsKey("tls")
            ? Optional.of(
                SslContextBuilder.forClient()
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .build())
            : Optional.empty();
    this.bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    setUp(channel.pipeline());
                  }
                });
    if (properties.containsKey("proxy")) {
      // It resolves names itself.
      bootstrap.resolver(NoopAddressResolverGroup.INSTANCE);
    }
  }

  private void setUp(ChannelPipeline pipeline) {
    if (properties.containsKey("proxy")) {
      pipeline.addLast(
          new HttpProxyHandler(
              new InetSocketAddress("127.0.0.1", Integer.parseInt(properties.get("proxy")))));
    }
    own.ifPresent(tls -> pipeline.addLast(tls.newHandler(pipeline.channel().alloc())));
    if (properties.containsKey("http2")) {
      pipeline
          .addLast(Http2FrameCodecBuilder.forClient().build())
          .addLast(new Http2MultiplexHandler(new Ignoring()));
      return;
    }
    if (properties.containsKey("upgrade")) {
      HttpClientCodec codec = new HttpClientCodec();
      Http2ClientUpgradeCodec http2 =
          new Http2ClientUpgradeCodec(Http2FrameCodecBuilder.forClient().build());
      pipeline.addLast(codec).addLast(new HttpClientUpgradeHandler(codec, http2, LARGEST_BODY));
    } else if (properties.containsKey("apart")) {
      pipeline.addLast(new HttpRequestEncoder()).addLast(new HttpResponseDecoder());
    } else {
      pipeline.addLast(new HttpClientCodec());
    }
    pipeline.addLast(new HttpObjectAggregator(LARGEST_BODY)).addLast("answers", new Answers());
  }

  @Override
  public CompletableFuture<Response> apply(Request request) {
    CompletableFuture<Response> response = new CompletableFuture<>();
    URI uri = request.uri();
    Channel known = kept.get(uri.getAuthority());
    if (known != null && known.isActive()) {
      send(known, request, response);
      return response;
    }
    ChannelFuture connecting =
        properties.containsKey("absolute")
            ? bootstrap.connect("127.0.0.1", Integer.parseInt(properties.get("absolute")))
            : bootstrap.connect(uri.getHost(), uri.getPort());
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            response.completeExceptionally(done.cause());
            return;
          }
          if (properties.containsKey("keep")) {
            kept.put(uri.getAuthority(), connecting.channel());
          }
        });
    // Not on the event loop: as an application's thread does.
    connecting.awaitUninterruptibly();
    if (connecting.isSuccess()) {
      send(connecting.channel(), request, response);
    }
    return response;
  }

  private void send(Channel channel, Request request, CompletableFuture<Response> response) {
    if (properties.containsKey("http2")) {
      Answers answers = new Answers();
      Channel stream =
          new Http2StreamChannelBootstrap(channel)
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel opened) {
                      opened
                          .pipeline()
                          .addLast(new Http2StreamFrameToHttpObjectCodec(false))
                          .addLast(new HttpObjectAggregator(LARGEST_BODY))
                          .addLast("answers", answers);
                    }
                  })
              .open()
              .syncUninterruptibly()
              .getNow();
      write(stream, request, response);
    } else {
      write(channel, request, response);
    }
  }

  private void write(Channel channel, Request request, CompletableFuture<Response> response) {
    ((Answers) channel.pipeline().get("answers")).next = response;
    URI uri = request.uri();
    String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    FullHttpRequest message =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(request.method()),
            properties.containsKey("absolute") ? "" + uri : target,
            Unpooled.wrappedBuffer(request.body()));
    message.headers().set("host", uri.getAuthority());
    message.headers().set("content-length", request.body().length);
    request.headers().forEach(message.headers()::add);
    channel
        .writeAndFlush(message)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                response.completeExceptionally(written.cause());
              }
            });
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** What comes in on a channel. */
  private static final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
    private volatile CompletableFuture<Response> next = new CompletableFuture<>();

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse answer) {
      next.complete(new Response(answer.status().code(), ByteBufUtil.getBytes(answer.content())));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      next.completeExceptionally(cause);
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      next.completeExceptionally(new IOException("closed"));
    }
  }

  private static final class Ignoring extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel pushed) {
      pushed.close();
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.unknown;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;

/** {@code NettyService PORT nio|epoll}: says hello, or calls {@code ?url=} by a socket. */
public final class NettyService extends SimpleChannelInboundHandler<FullHttpRequest> {
  private NettyService() {}

  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    boolean epoll = arguments[1].equals("epoll");
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            2, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    try {
      new ServerBootstrap()
          .group(group)
          .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
          .childHandler(
              new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                  channel
                      .pipeline()
                      .addLast(
                          new HttpServerCodec(),
                          new HttpObjectAggregator(1 << 16),
                          new NettyService());
                }
              })
          .bind(port)
          .sync();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    System.out.println("netty listens on " + port);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    String url = "";
    QueryStringDecoder query = new QueryStringDecoder(request.uri());
    if (query.parameters().containsKey("url")) {
      url = query.parameters().get("url").get(0);
    }
    byte[] body = (url.isEmpty() ? "hello from netty" : call(url)).getBytes(UTF_8);
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(body));
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    context.writeAndFlush(response);
  }

  private static String call(String url) {
    URI uri = URI.create(url);
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      String head = "GET " + uri.getPath() + " HTTP/1.1\r\nHost: " + uri.getAuthority();
      socket.getOutputStream().write((head + "\r\nConnection: close\r\n\r\n").getBytes(UTF_8));
      BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      return "status " + in.readLine().split(" ")[1];
    } catch (Exception e) {
      return e.toString();
    }
  }
}

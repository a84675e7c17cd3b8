// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Built of Netty's codecs: a connection for each request. */
@Component
class NettyCaller implements Caller {
  private final EventLoopGroup loops =
      new NioEventLoopGroup(1, new DefaultThreadFactory("netty-caller", true));

  @Override
  public String name() {
    return "netty";
  }

  @Override
  public Answer call(String method, URI uri, String body) throws Exception {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Channel channel =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel opened) {
                    opened
                        .pipeline()
                        .addLast(new HttpClientCodec())
                        .addLast(new HttpObjectAggregator(1 << 20))
                        .addLast(new Answering(answer));
                  }
                })
            .connect(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort())
            .sync()
            .channel();
    try {
      channel.writeAndFlush(request(method, uri, body.getBytes(UTF_8))).sync();
      return answer.get(20, TimeUnit.SECONDS);
    } finally {
      channel.close();
    }
  }

  private static FullHttpRequest request(String method, URI uri, byte[] body) {
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(method),
            uri.getRawPath() + query,
            Unpooled.wrappedBuffer(body));
    request.headers().set("host", uri.getRawAuthority());
    request.headers().set("content-length", body.length);
    return request;
  }

  private static final class Answering extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final CompletableFuture<Answer> answer;

    Answering(CompletableFuture<Answer> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      answer.complete(new Answer(response.status().code(), response.content().toString(UTF_8)));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      answer.completeExceptionally(cause);
      context.close();
    }
  }
}

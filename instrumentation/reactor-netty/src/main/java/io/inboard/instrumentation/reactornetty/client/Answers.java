// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Step;
import io.inboard.call.client.AnswerHead;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClientConfig;

/** Answers of the mesh as the library's own response, which came over a connection to nowhere. */
final class Answers {
  private Answers() {}

  static Connection connection(HttpClientConfig config, Stage stage, Step.Answer answer) {
    AnswerHead head = AnswerHead.of(answer, stage.methodName());
    EmbeddedChannel channel = new EmbeddedChannel();
    ConnectionObserver nobody = ConnectionObserver.emptyListener();
    ChannelOperations<?, ?> operations =
        config.channelOperationsProvider().create(Connection.from(channel), nobody, null);
    ChannelOperations.addReactiveBridge(channel, ChannelOperations.OnSetup.empty(), nobody);
    operations.bind();
    HttpRequest request = (HttpRequest) Members.REQUEST.call(operations);
    request.setMethod(HttpMethod.valueOf(stage.methodName())).setUri(stage.target());
    HttpResponse response =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(head.status(), head.reason()));
    head.headers().forEach((name, value) -> response.headers().set(name, value));
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.fireChannelRead(response);
    if (head.body().length > 0) {
      pipeline.fireChannelRead(new DefaultHttpContent(Unpooled.wrappedBuffer(head.body())));
    }
    pipeline.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
    return operations;
  }
}

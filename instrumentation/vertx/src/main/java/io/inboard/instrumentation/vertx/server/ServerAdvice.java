// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import io.inboard.call.server.AnnouncedProtocols;
import io.inboard.weave.Advice;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.AttributeKey;
import java.util.List;
import java.util.Map;

/** A connection of Vert.x's HTTP server. */
final class ServerAdvice {
  private static final AttributeKey<List<String>> ANNOUNCED =
      AttributeKey.valueOf(AnnouncedProtocols.KEY);

  private static final List<String> EITHER = List.of("h2", "http/1.1");

  /** Whether a handler is the one that looks at the first bytes; an anonymous class of it is. */
  private static final ClassValue<Boolean> LOOKS_AT_FIRST_BYTES =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (each.getName().startsWith("io.vertx.core.http.impl.")
                && each.getSimpleName().equals("Http1xOrH2CHandler")) {
              return true;
            }
          }
          return false;
        }
      };

  private ServerAdvice() {}

  /** {@code configurePipeline}. */
  static final class Configured {
    private Configured() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Argument(0) Channel channel) {
      for (Map.Entry<String, ChannelHandler> entry : channel.pipeline()) {
        if (LOOKS_AT_FIRST_BYTES.get(entry.getValue().getClass())) {
          channel.attr(ANNOUNCED).set(EITHER);
          return;
        }
      }
    }
  }
}

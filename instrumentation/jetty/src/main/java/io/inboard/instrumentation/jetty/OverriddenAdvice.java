// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.weave.Advice;
import java.util.List;
import org.eclipse.jetty.server.HttpChannel;

/** The way of requests to a server that is asked by a method of its own; see {@link Overridden}. */
final class OverriddenAdvice {
  private OverriddenAdvice() {}

  /** Where Jetty 12 asks the server. */
  static final class Run12 {
    private Run12() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.FieldValue("this$0") Object channel) {
      return Overridden.begin(
          channel, ((HttpChannel) channel).getConnectionMetaData().getConnector().getServer());
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      if (entered instanceof Overridden request) {
        request.close();
      }
    }
  }

  /** Where Jetty 9.4 to 11 ask it. */
  static final class Run9 {
    private Run9() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object channel) {
      return Overridden.begin(channel, ChannelMembers.OWN_SERVER.call(channel));
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      if (entered instanceof Overridden request) {
        request.close();
      }
    }
  }

  /** What is asked right before the server. */
  static final class Customizers {
    private Customizers() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static List<?> exit(@Advice.Return List<?> customizers) {
      return Overridden.with(customizers);
    }
  }
}

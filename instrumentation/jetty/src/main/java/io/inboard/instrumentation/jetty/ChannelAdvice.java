// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.server.Claims;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.io.EndPoint;

/**
 * One request of any protocol in Jetty 9.4 to 11, from {@code Server#handle}, before every handler,
 * to the moment when its objects are used again.
 */
final class ChannelAdvice {
  private ChannelAdvice() {}

  private static void close(Object entered) {
    if (entered instanceof Contexts.Scope scope) {
      scope.close();
    }
  }

  /** Before every handler. */
  static final class Admit {
    private Admit() {}

    /** Its result is that of {@link Gate#enter}. */
    @Advice.OnMethodEnter(skipOn = Optional.class)
    static Object enter(@Advice.Argument(0) Object channel) {
      return Overridden.admitted(channel) ? null : Gate.enter(new ChannelExchange(channel));
    }

    static Object enter(Throwable error, Object channel) {
      return Gate.failed(new ChannelExchange(channel));
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      close(entered);
    }
  }

  /** The head of a request has come; a client of HTTP/2 says "https" because of TLS of ours. */
  static final class Arrive {
    private Arrive() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This Object channel) {
      ChannelExchange arrived = new ChannelExchange(channel);
      arrived.asWithoutUs();
      arrived.arrived();
    }
  }

  /** Jetty works for a request again: a dispatch, a listener, an error. */
  static final class Again {
    private Again() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object channel) {
      return ChannelCalls.activate(channel);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      close(entered);
    }
  }

  /** The same in the loop that has worked for it already. */
  static final class Dispatch {
    private Dispatch() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.Argument(0) Object channel) {
      return ChannelCalls.activate(channel);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      close(entered);
    }
  }

  /** The head of a response is put together: the one place that all ways of sending it pass. */
  static final class Respond {
    private Respond() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This Object response) {
      ChannelCalls.respond(response);
    }
  }

  /** A part of a response is about to go out. */
  static final class Send {
    private Send() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This Object channel,
        @Advice.Argument(1) ByteBuffer content,
        @Advice.Argument(2) boolean last) {
      if (last) {
        ChannelCalls.last(channel, content);
      }
    }
  }

  /** The connection, or the stream, is given up. */
  static final class Abort {
    private Abort() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This Object channel, @Advice.Argument(0) Throwable failure) {
      ChannelCalls.aborted(channel, failure);
    }
  }

  /** The end. */
  static final class Completed {
    private Completed() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This Object channel) {
      ChannelCalls.end(channel);
    }
  }

  /** Heard when it is said: the dispatch to an error page says it again, of the error page. */
  static final class Attribute {
    private Attribute() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This Object request,
        @Advice.Argument(0) String name,
        @Advice.Argument(1) Object value) {
      ChannelCalls.attribute(request, name, value);
    }
  }

  /** A servlet is about to be asked. */
  static final class Servlet {
    private Servlet() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This Object holder, @Advice.Argument(0) Object request) {
      ChannelCalls.servlet(holder, request);
    }
  }

  /** What comes behind the body, as Jetty 9.4 gives it. */
  static final class Trailers9 {
    private Trailers9() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return Object fields) {
      if (fields != null && Inboard.inbound().guardsIdentity()) {
        ChannelHeaders.remove(fields, Inbound.FORWARDED_CLIENT_CERT);
      }
    }
  }

  /** What comes behind the body, as the Servlet API gives it. */
  static final class Trailers10 {
    private Trailers10() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Map<String, String> exit(@Advice.Return Map<String, String> fields) {
      return Claims.without(fields);
    }
  }

  /**
   * Jetty judges the server's name that a client asked for, and calls the request secure: not of
   * TLS of ours, which the application is not to notice.
   */
  static final class Secure {
    private Secure() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(2) Object request) {
      Object channel = ChannelMembers.OWN_CHANNEL.call(request);
      return channel != null
          && ChannelTls.isOurs((EndPoint) ChannelMembers.END_POINT.call(channel));
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.EndPoint;

/**
 * Requests of Jetty 9.4 to 11 between begin and end, by Jetty's objects, which it uses again for
 * the next request. Any thread.
 */
final class ChannelCalls {
  private static final WeakIdentityMap<Object, Served> SERVED = new WeakIdentityMap<>();

  /** Since when streams of HTTP/2 wait whose head was read, by the monotonic clock. */
  private static final WeakIdentityMap<Object, Long> WAITING = new WeakIdentityMap<>();

  private ChannelCalls() {}

  /** The head of a stream was read, which waits since then for a thread. */
  static void arrived(Object request, long sinceNanos) {
    WAITING.put(request, sinceNanos);
  }

  /** Since when a stream has waited; told once, null if it is none. */
  static Long arrival(Object request) {
    return WAITING.remove(request);
  }

  static void begin(Object request, Served served) {
    SERVED.put(request, served);
  }

  private static Served of(Object channel) {
    Object request = ChannelMembers.REQUEST.call(channel);
    return request == null ? null : SERVED.get(request);
  }

  /** A scope with the request's context; null if the request is not ours. */
  static Object activate(Object channel) {
    Served served = of(channel);
    return served == null ? null : Inboard.contexts().activate(served.call().context());
  }

  /** The head of a response is put together. */
  static void respond(Object response) {
    Object channel = ChannelMembers.CHANNEL_OF.call(response);
    Served served = channel == null ? null : of(channel);
    if (served != null) {
      int status = (int) ChannelMembers.STATUS.call(response);
      if (status >= 200 || status == 101) {
        served.responded(status);
        served.call().respond(status, ChannelExchange.headersOf(response));
      }
    }
  }

  /**
   * The last part of a response is about to go out.
   *
   * @param content null for none; what was written is taken from it
   */
  static void last(Object channel, ByteBuffer content) {
    Served served = of(channel);
    if (served != null) {
      served.last(content);
    }
  }

  /** The connection, or the stream, is given up. */
  static void aborted(Object channel, Throwable failure) {
    Served served = of(channel);
    if (served != null) {
      served.broken(failure);
    }
  }

  /** The application's framework says which route matched, the container what went wrong. */
  static void attribute(Object request, String name, Object value) {
    boolean route = name.equals(Routes.SPRING_PATTERN);
    if (value == null || !(route || name.equals(Errors.JAKARTA) || name.equals(Errors.JAVAX))) {
      return;
    }
    Served served = SERVED.get(request);
    if (served == null) {
      return;
    }
    if (route) {
      served.spring(inContext(request, value.toString()));
    } else {
      served.thrown(value);
    }
  }

  /** A servlet was chosen, and is about to be asked. */
  static void servlet(Object holder, Object request) {
    Served served = SERVED.get(request);
    if (served != null) {
      String pattern = pattern(ChannelMembers.OF_HOLDER.call(holder), request);
      if (Routes.tells(pattern)) {
        served.servlet(inContext(request, pattern));
      }
    }
  }

  /** The mapping of the servlet, which 9.4 does not tell. */
  private static String pattern(Object servlets, Object request) {
    String path = (String) ChannelMembers.SERVLET_PATH.call(request);
    if (servlets == null || path == null) {
      return "";
    }
    if (ChannelMembers.PATH_INFO.call(request) == null
        && ChannelMembers.MAPPING.call(servlets, path) != null) {
      return path;
    }
    String prefix = path + "/*";
    return ChannelMembers.MAPPING.call(servlets, prefix) != null ? prefix : suffix(servlets, path);
  }

  private static String suffix(Object servlets, String path) {
    int dot = path.lastIndexOf('.');
    String suffix = dot < 0 ? "" : "*" + path.substring(dot);
    return dot < 0 || ChannelMembers.MAPPING.call(servlets, suffix) == null ? "" : suffix;
  }

  private static String inContext(Object request, String pattern) {
    return Routes.in((String) ChannelMembers.CONTEXT_PATH.call(request), pattern);
  }

  /** Jetty is done with a request, and uses its objects again. */
  static void end(Object channel) {
    Object request = ChannelMembers.REQUEST.call(channel);
    Served served = request == null ? null : SERVED.remove(request);
    if (served == null) {
      return;
    }
    EndPoint endPoint = (EndPoint) ChannelMembers.END_POINT.call(channel);
    if (endPoint != null && ChannelTls.below(endPoint).bottom() instanceof MeshEndPoint bottom) {
      bottom.ended();
    }
    served.end(null);
  }
}

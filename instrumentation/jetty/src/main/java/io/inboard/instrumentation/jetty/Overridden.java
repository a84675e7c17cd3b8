// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Contexts;
import io.inboard.call.Log;
import io.inboard.call.server.Gate;
import io.inboard.call.server.ServerExchange;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;

/**
 * One request of a {@link Server} whose class has a {@code handle} of its own, which need not call
 * the one that is woven. It passes the gate as the last of the customizers that Jetty asks right
 * before, which may replace the request, or refuse it: for the time of that question there is one
 * customizer more. Where that {@code handle} calls the woven one, the request has passed already.
 *
 * <p>Used by the thread that serves the request alone.
 */
final class Overridden implements InvocationHandler {
  private static final ThreadLocal<Overridden> CURRENT = new ThreadLocal<>();

  private static final ClassValue<Boolean> OVERRIDES =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return overrides(type);
        }
      };

  private final Object channel;
  private final Overridden outer;
  private boolean asked;

  /** Of the gate. */
  private Object entered;

  private Overridden(Object channel, Overridden outer) {
    this.channel = channel;
    this.outer = outer;
  }

  /**
   * Jetty begins to work for a request.
   *
   * @return null where the server's {@code handle} is the woven one; else to be closed
   */
  static Overridden begin(Object channel, Object server) {
    if (server == null || !OVERRIDES.get(server.getClass())) {
      return null;
    }
    Overridden begun = new Overridden(channel, CURRENT.get());
    CURRENT.set(begun);
    return begun;
  }

  /** What cannot be looked through counts as one that does. */
  private static boolean overrides(Class<?> type) {
    int parameters = Line.IS_12 ? 3 : 1;
    try {
      for (Class<?> each = type; each != Server.class; each = each.getSuperclass()) {
        for (Method method : each.getDeclaredMethods()) {
          if (method.getName().equals("handle") && method.getParameterCount() == parameters) {
            return true;
          }
        }
      }
      return false;
    } catch (LinkageError e) {
      return true;
    }
  }

  /** Whether the request that this thread works for has passed the gate in this way. */
  static boolean admitted(Object channel) {
    Overridden here = CURRENT.get();
    return here != null && here.asked && here.channel == channel;
  }

  /** The customizers with one more, where the gate is still to be passed; else null. */
  static List<?> with(List<?> customizers) {
    Overridden here = CURRENT.get();
    if (here == null || here.asked) {
      return null;
    }
    List<Object> more = new ArrayList<>(customizers);
    Class<?> type = HttpConfiguration.Customizer.class;
    // Its method has other parameters in Jetty 9.4 to 11.
    more.add(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, here));
    return more;
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "customize" -> customize(arguments);
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "inboard";
    };
  }

  private Object customize(Object[] arguments) {
    if (asked) {
      return null;
    }
    asked = true;
    if (!Line.IS_12) {
      // An answer of ours has marked the request as handled, so that Jetty asks nobody else.
      entered = enter(new ChannelExchange(channel));
      return null;
    }
    Line12.Arrival arrival = Line12.arrive(arguments[0], channel);
    entered = enter(arrival.exchange());
    return Line12.admit(arrival, entered);
  }

  private static Object enter(ServerExchange exchange) {
    try {
      return Gate.enter(exchange);
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("jetty", "a request meets an error of ours: " + e);
      return Gate.failed(exchange);
    }
  }

  /** Jetty's work is done, at least on this thread. */
  void close() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
    if (entered instanceof Contexts.Scope scope) {
      scope.close();
    }
  }

  /** Apart, since its types cannot even be verified where Jetty is older. */
  private static final class Line12 {
    private Line12() {}

    record Arrival(Object request, ServerExchange exchange) {}

    static Arrival arrive(Object customized, Object channel) {
      MeshRequest request = new MeshRequest((Request) customized);
      return new Arrival(
          request,
          new JettyExchange(request, (Response) JettyMembers.RESPONSE.call(channel), null));
    }

    static Object admit(Arrival arrival, Object entered) {
      if (entered instanceof Optional<?> answered) {
        throw answered.orElse(null) instanceof HttpException.RuntimeException refusal
            ? refusal
            : new HttpException.RuntimeException(503);
      }
      ((MeshRequest) arrival.request()).admitted();
      return arrival.request();
    }
  }
}

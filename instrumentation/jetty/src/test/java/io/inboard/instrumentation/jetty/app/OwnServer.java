// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty.app;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ThreadPool;

/** A server that Jetty asks by methods of its own, perhaps without a word to those of Jetty. */
final class OwnServer extends Server {
  private final boolean asksJetty;

  OwnServer(ThreadPool threads, boolean asksJetty) {
    super(threads);
    this.asksJetty = asksJetty;
  }

  /** In Jetty 12. */
  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    return asksJetty
        ? super.handle(request, response, callback)
        : getHandler().handle(request, response, callback);
  }

  /** In Jetty 9.4 to 11, where it overrides. */
  @SuppressWarnings("unused")
  public void handle(HttpChannel channel) throws Exception {
    Object request = of(channel, "getRequest");
    Object target = of(request, "getPathInfo");
    // Jetty's own method does the same by way of the handler that a server is.
    Object first = asksJetty ? this : getHandler();
    for (Method each : first.getClass().getMethods()) {
      if (each.getName().equals("handle") && each.getParameterCount() == 4) {
        try {
          each.invoke(first, target, request, request, of(channel, "getResponse"));
        } catch (InvocationTargetException e) {
          throw e.getCause() instanceof Exception cause ? cause : e;
        }
        return;
      }
    }
    throw new NoSuchMethodException("handle");
  }

  private static Object of(Object object, String getter) throws ReflectiveOperationException {
    return object.getClass().getMethod(getter).invoke(object);
  }
}

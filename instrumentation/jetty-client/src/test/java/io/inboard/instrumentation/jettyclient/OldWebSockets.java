// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * With Jetty 9.4, 10 or 11, whose interfaces are others than those that tests are compiled with.
 */
final class OldWebSockets implements WebSockets {
  private static final String P = "org.eclipse.jetty.websocket.";

  private final Object client;

  OldWebSockets(SslContextFactory.Client tls) throws Exception {
    HttpClient http = HttpClient.class.getConstructor(SslContextFactory.class).newInstance(tls);
    client = type("client.WebSocketClient").getConstructor(HttpClient.class).newInstance(http);
    ((LifeCycle) client).start();
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(P + name);
  }

  @Override
  public Session open(URI uri, BlockingQueue<String> heard) throws Exception {
    Object listener =
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type("api.WebSocketListener")},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "onWebSocketConnect" -> heard.add("opened 101");
                case "onWebSocketText" -> heard.add("text " + arguments[0]);
                case "onWebSocketBinary" -> heard.add("binary " + arguments[2]);
                case "onWebSocketClose" -> heard.add("closed " + arguments[0] + " " + arguments[1]);
                case "onWebSocketError" -> heard.add("failed " + arguments[0]);
                case "hashCode" -> {
                  return System.identityHashCode(proxy);
                }
                case "equals" -> {
                  return proxy == arguments[0];
                }
                case "toString" -> {
                  return "listener";
                }
                default -> throw new UnsupportedOperationException(method.getName());
              }
              return null;
            });
    Future<?> opening =
        (Future<?>) call(client, "client.WebSocketClient", "connect", Object.class, listener, uri);
    Object session = opening.get(20, TimeUnit.SECONDS);
    Object remote = type("api.Session").getMethod("getRemote").invoke(session);
    return new Session() {
      @Override
      public void text(String text) throws Exception {
        type("api.RemoteEndpoint").getMethod("sendString", String.class).invoke(remote, text);
      }

      @Override
      public void binary(byte[] bytes) throws Exception {
        type("api.RemoteEndpoint")
            .getMethod("sendBytes", ByteBuffer.class)
            .invoke(remote, ByteBuffer.wrap(bytes));
      }

      @Override
      public void close(int code, String reason) throws Exception {
        call(session, "api.Session", "close", int.class, code, reason);
      }
    };
  }

  /** A method of two arguments. */
  private static Object call(
      Object of, String type, String name, Class<?> first, Object one, Object two)
      throws Exception {
    try {
      return type(type).getMethod(name, first, two.getClass()).invoke(of, one, two);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Override
  public void close() throws Exception {
    ((LifeCycle) client).stop();
  }
}

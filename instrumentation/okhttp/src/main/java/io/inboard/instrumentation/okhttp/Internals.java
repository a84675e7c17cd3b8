// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.Socket;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Set;
import okhttp3.Call;
import okhttp3.CertificatePinner;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.internal.connection.Exchange;
import okhttp3.internal.platform.Platform;
import okhttp3.internal.tls.CertificateChainCleaner;

/**
 * What differs between the versions, found once for each class loader: what a call keeps of its
 * connection and exchange (the "engine") is a Transmitter in 3.14 and the RealCall itself since 4.
 */
final class Internals {
  /** Asks nothing beyond the plan, and shows a peer's chain as it came. */
  static final CertificatePinner NO_PINS = noPins();

  /** Whether the library learns over a JDK socket what was negotiated. */
  static final boolean NEGOTIATES =
      Platform.get().getClass().getName().equals("okhttp3.internal.platform.Jdk9Platform");

  /** Another host than any: what is kept for the one before is released for it. */
  private static final HttpUrl ELSEWHERE = HttpUrl.get("http://inboard.invalid/");

  private static final String CONNECTION = "okhttp3.internal.connection.";

  /** {@code Transmitter RealInterceptorChain.transmitter()}; null since 4. */
  private static final MethodHandle TRANSMITTER;

  private static final MethodHandle ENTER;
  private static final MethodHandle EXIT;
  private static final MethodHandle RELEASE;
  private static final MethodHandle CALL_CONNECTION;
  private static final MethodHandle EVENT_LISTENER;
  private static final MethodHandle EXCHANGE_CONNECTION;

  static {
    Class<?> chain = type("okhttp3.internal.http.RealInterceptorChain");
    TRANSMITTER = find(chain, "transmitter");
    Class<?> engine = type(CONNECTION + (TRANSMITTER == null ? "RealCall" : "Transmitter"));
    ENTER =
        find(engine, TRANSMITTER == null ? "enterNetworkInterceptorExchange" : "prepareToConnect");
    EXIT =
        find(
            engine,
            TRANSMITTER == null
                ? "exitNetworkInterceptorExchange$okhttp"
                : "exchangeDoneDueToException");
    RELEASE = find(engine, "releaseConnectionNoEvents$okhttp");
    CALL_CONNECTION = find(engine, "getConnection");
    EVENT_LISTENER = find(engine, "getEventListener$okhttp");
    EXCHANGE_CONNECTION =
        find(Exchange.class, TRANSMITTER == null ? "getConnection$okhttp" : "connection");
    boolean known =
        ENTER != null
            && EXIT != null
            && EXCHANGE_CONNECTION != null
            && (TRANSMITTER != null
                || (RELEASE != null && CALL_CONNECTION != null && EVENT_LISTENER != null));
    if (!known) {
      throw new IllegalStateException("an OkHttp that is built otherwise");
    }
  }

  private Internals() {}

  private static Class<?> type(String name) {
    try {
      return Class.forName(name, false, Exchange.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A public method by its name, with all parameters as objects; null if there is none. */
  private static MethodHandle find(Class<?> owner, String name) {
    try {
      for (Method method : owner.getMethods()) {
        if (method.getName().equals(name)) {
          MethodHandle handle = MethodHandles.publicLookup().unreflect(method);
          return handle.asType(handle.type().generic());
        }
      }
      return null;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CertificatePinner noPins() {
    try {
      Constructor<CertificatePinner> made =
          CertificatePinner.class.getDeclaredConstructor(Set.class, CertificateChainCleaner.class);
      made.setAccessible(true);
      return made.newInstance(
          Set.of(),
          new CertificateChainCleaner() {
            @Override
            public List<Certificate> clean(List<Certificate> chain, String host) {
              return chain;
            }
          });
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a call of the library cancels. */
  static Object engine(Interceptor.Chain chain) {
    return TRANSMITTER == null ? chain.call() : invoke(TRANSMITTER, chain);
  }

  static Connection connection(Exchange exchange) {
    return (Connection) invoke(EXCHANGE_CONNECTION, exchange);
  }

  /**
   * Ends what the engine has of an exchange and a connection, and lets it begin anew: it asks for
   * the address, as it does for another URL. A connection that it keeps would serve the same host
   * whatever its address.
   */
  static void renew(Object engine, Request request, Interceptor.Chain chain) throws IOException {
    release(engine);
    if (TRANSMITTER != null) {
      invoke(ENTER, engine, request.newBuilder().url(ELSEWHERE).build());
      invoke(ENTER, engine, request);
    } else if (ENTER.type().parameterCount() == 3) {
      invoke(ENTER, engine, request, true);
    } else {
      invoke(ENTER, engine, request, true, chain);
    }
  }

  /**
   * Ends what the engine has of an exchange, without which its call would never end, and of a
   * connection, which 3.14 releases by itself once there is no exchange.
   */
  static void release(Object engine) throws IOException {
    if (TRANSMITTER != null) {
      invoke(EXIT, engine);
      return;
    }
    invoke(EXIT, engine, true);
    Object connection = invoke(CALL_CONNECTION, engine);
    if (connection != null) {
      Object socket;
      synchronized (connection) {
        socket = invoke(RELEASE, engine);
      }
      if (socket != null) {
        ((Socket) socket).close();
      }
      ((EventListener) invoke(EVENT_LISTENER, engine))
          .connectionReleased((Call) engine, (Connection) connection);
    }
  }

  private static Object invoke(MethodHandle handle, Object... arguments) {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.VersionLoader;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * An application beside one version of the library; the JVM's own, for all tests of that version.
 *
 * @param it of the package {@code app}
 */
record Application(VersionLoader loader, Object it) {
  private static final String APP = "io.inboard.instrumentation.vertx.client.app.";
  static final String OLDEST = "4.5.0";
  static final String NEWEST = "5.1.6";

  /** What the library throws for a time that is up. */
  static final Class<? extends Exception> TIMEOUT = TimeoutException.class;

  private static final Map<String, VersionLoader> LOADERS = new ConcurrentHashMap<>();
  private static final Map<String, Application> ALL = new ConcurrentHashMap<>();

  static Application of(String version) {
    return of(version, "VertxApplication");
  }

  static Application of(String version, String className) {
    VersionLoader loader =
        LOADERS.computeIfAbsent(
            version, v -> new VersionLoader(new File("target/vertx/" + v), false, APP));
    return ALL.computeIfAbsent(
        version + className,
        key -> {
          try {
            return new Application(loader, loader.make(Object.class, APP + className));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /**
   * A request that is asked for cannot be cancelled before it is there, which {@code ResetTest}
   * has; the library repeats nothing, and waits for the end of TCP.
   */
  static Set<Capability> capabilities() {
    return EnumSet.complementOf(
        EnumSet.of(
            Capability.CANCEL,
            Capability.HTTP2,
            Capability.KEPT_BODY,
            Capability.KEEPS_RESET_CONNECTION,
            Capability.REPEATS,
            Capability.SEES_END_OF_TLS));
  }

  @SuppressWarnings("unchecked")
  Running start(Request request) {
    return new Running(
        ((Function<Request, CompletableFuture<Response>>) it).apply(request), () -> {});
  }

  /** Calls a method of the application, of which there is one with so many parameters. */
  @SuppressWarnings("unchecked")
  <T> T call(String method, Object... arguments) throws Exception {
    for (Method each : it.getClass().getMethods()) {
      if (each.getName().equals(method) && each.getParameterCount() == arguments.length) {
        try {
          return (T) each.invoke(it, arguments);
        } catch (InvocationTargetException e) {
          throw e.getCause() instanceof Exception cause ? cause : e;
        }
      }
    }
    throw new NoSuchMethodException(method);
  }

  Response send(Request request) throws Exception {
    return call("send", request);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/**
 * What is not public in the library, or not there in every version, each once: witness of the unit
 * and way there.
 */
final class Members {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  static final Handles.Owner RUNTIME =
      HANDLES.in("org.apache.hc.client5.http.impl.classic.InternalExecRuntime");

  /** What a request's cancellation reaches; null if the request cannot be cancelled. */
  static final Handles.Field DEPENDENCY = RUNTIME.reach(field("cancellableDependency"));

  /** The pool, perhaps one of the application's own. */
  static final Handles.Field MANAGER = RUNTIME.reach(field("manager"));

  static final Handles.Field STRATEGY =
      HANDLES
          .in("org.apache.hc.client5.http.impl.classic.HttpRequestRetryExec")
          .reach(field("retryStrategy"));

  /** With the request, since 5.1. */
  static final Handles.Method INTERVAL =
      HANDLES
          .in("org.apache.hc.client5.http.HttpRequestRetryStrategy")
          .reach(method("getRetryInterval", 4).whereItExists());

  static final Handles.Owner PROXY =
      HANDLES.in("org.apache.hc.client5.http.impl.classic.RequestEntityProxy");

  /** The application's own body. */
  static final Handles.Method ORIGINAL = PROXY.reach(method("getOriginal", 0));

  /** A response as the public methods of a client return it. */
  static final Handles.Method CLOSEABLE =
      HANDLES
          .in("org.apache.hc.client5.http.impl.classic.CloseableHttpResponse")
          .reach(method("adapt", 1));

  private Members() {}
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What is not public in the library, each once: witness of the unit and way there. */
final class Members {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  private static final Handles.Owner RETRY = HANDLES.in("org.apache.http.impl.execchain.RetryExec");
  static final Handles.Field HANDLER = RETRY.reach(field("retryHandler"));

  private static final Handles.Owner UNAVAILABLE =
      HANDLES.in("org.apache.http.impl.execchain.ServiceUnavailableRetryExec");
  static final Handles.Field AVAILED = UNAVAILABLE.reach(field("requestExecutor"));
  static final Handles.Field STRATEGY = UNAVAILABLE.reach(field("retryStrategy"));

  /** With an address and a name of its own: since HttpCore 4.4. */
  static final Handles.Method NAMED_HOST =
      HANDLES.in("org.apache.http.HttpHost").reach(method("<init>", 4).whereItExists());

  /** The host that the application gave beside the request: known since HttpClient 4.4. */
  static final Handles.Method GIVEN_HOST =
      HANDLES
          .in("org.apache.http.client.methods.HttpRequestWrapper")
          .reach(method("getTarget", 0).whereItExists());

  private Members() {}
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What the adapter reaches in Vert.x's client, and what differs between its versions. */
final class Members {
  static final String REQUEST = "io.vertx.core.http.impl.HttpClientRequestImpl";
  static final String BASE = "io.vertx.core.http.impl.HttpClientRequestBase";

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** Public; 4 says at once whether it did, 5 gives a future. */
  static final Handles.Method RESET =
      HANDLES.in(BASE).reach(method("reset", long.class, Throwable.class));

  private Members() {}
}

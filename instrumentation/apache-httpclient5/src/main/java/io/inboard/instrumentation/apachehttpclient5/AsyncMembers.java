// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/**
 * What is not public in the library that does not block, or not there in every version, each once:
 * witness of the unit and way there.
 */
final class AsyncMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  static final Handles.Field STRATEGY =
      HANDLES
          .in("org.apache.hc.client5.http.impl.async.AsyncHttpRequestRetryExec")
          .reach(field("retryStrategy"));

  /** An AtomicReference to the entry of the pool. */
  static final Handles.Field POOL_ENTRY =
      HANDLES
          .in(
              "org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager"
                  + "$InternalConnectionEndpoint")
          .reach(field("poolEntryRef"));

  static final Handles.Owner CONNECTION =
      HANDLES.in("org.apache.hc.client5.http.impl.nio.DefaultManagedAsyncClientConnection");

  static final Handles.Field SESSION = CONNECTION.reach(field("ioSession"));

  static final Handles.Owner H2_RUNTIME =
      HANDLES.in("org.apache.hc.client5.http.impl.async.InternalH2AsyncExecRuntime");

  /** An AtomicReference to the connection that a call of HTTP/2 has. */
  static final Handles.Field H2_ENDPOINT = H2_RUNTIME.reach(field("sessionRef"));

  static final Handles.Field H2_SESSION =
      HANDLES
          .in("org.apache.hc.client5.http.impl.async.InternalH2AsyncExecRuntime$Endpoint")
          .reach(field("session"));

  /** Since 5.2: where a minimal client of HTTP/2 asks for a connection. */
  static final Handles.Owner H2_POOL =
      HANDLES.inIfThere("org.apache.hc.client5.http.impl.async.InternalH2ConnPool");

  static final Handles.Method H2_GET_SESSION = H2_POOL.reach(method("getSession", 3));

  static final Handles.Owner EXCHANGE =
      HANDLES.in("org.apache.hc.core5.http.nio.support.BasicClientExchangeHandler");

  static final Handles.Field PRODUCER = EXCHANGE.reach(field("requestProducer"));

  /** Since 5.4 of httpcore5; before, it is an attribute. */
  static final Handles.Method SET_TLS =
      HANDLES
          .in("org.apache.hc.core5.http.protocol.HttpCoreContext")
          .reach(method("setSSLSession", 1).whereItExists());

  private AsyncMembers() {}
}

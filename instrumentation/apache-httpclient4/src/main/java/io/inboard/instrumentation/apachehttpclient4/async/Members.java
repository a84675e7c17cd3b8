// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** What is not public in the library, each once: witness of the unit and way there. */
final class Members {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  private static final String CLIENT = "org.apache.http.impl.nio.client.";

  private static final Handles.Owner HANDLER = HANDLES.in(CLIENT + "AbstractClientExchangeHandler");
  static final Handles.Field CONTEXT = HANDLER.reach(field("localContext"));
  static final Handles.Field MANAGER = HANDLER.reach(field("connmgr"));
  static final Handles.Field CONNECTION = HANDLER.reach(field("managedConnRef"));
  static final Handles.Field ROUTE = HANDLER.reach(field("routeRef"));
  static final Handles.Field TRACKER = HANDLER.reach(field("routeTrackerRef"));
  static final Handles.Field ESTABLISHED = HANDLER.reach(field("routeEstablished"));
  static final Handles.Field VALID = HANDLER.reach(field("validDurationRef"));
  static final Handles.Field REQUEST = HANDLER.reach(field("requestRef"));
  static final Handles.Field RESPONSE = HANDLER.reach(field("responseRef"));
  static final Handles.Field CLOSED = HANDLER.reach(field("closed"));
  static final Handles.Field COMPLETED = HANDLER.reach(field("completed"));
  static final Handles.Method REQUEST_CONNECTION = HANDLER.reach(method("requestConnection", 0));
  static final Handles.Method RELEASE_CONNECTION = HANDLER.reach(method("releaseConnection", 0));
  static final Handles.Method PERSISTENCE = HANDLER.reach(method("manageConnectionPersistence", 0));

  /** Of a client that HttpAsyncClientBuilder has made. */
  static final Handles.Owner FULL = HANDLES.in(CLIENT + "DefaultClientExchangeHandlerImpl");

  static final Handles.Field FULL_PRODUCER = FULL.reach(field("requestProducer"));
  static final Handles.Field FULL_CONSUMER = FULL.reach(field("responseConsumer"));
  static final Handles.Field FULL_FUTURE = FULL.reach(field("resultFuture"));
  static final Handles.Field STATE = FULL.reach(field("state"));

  /** Of the minimal client. */
  static final Handles.Owner MINIMAL = HANDLES.in(CLIENT + "MinimalClientExchangeHandlerImpl");

  static final Handles.Field MINIMAL_PRODUCER = MINIMAL.reach(field("requestProducer"));
  static final Handles.Field MINIMAL_CONSUMER = MINIMAL.reach(field("responseConsumer"));
  static final Handles.Field MINIMAL_FUTURE = MINIMAL.reach(field("resultFuture"));

  private static final Handles.Owner INTERNAL_STATE = HANDLES.in(CLIENT + "InternalState");
  static final Handles.Field EXECUTIONS = INTERNAL_STATE.reach(field("execCount"));

  private static final Handles.Owner POOLING =
      HANDLES.in("org.apache.http.impl.nio.conn.PoolingNHttpClientConnectionManager");

  private static final Handles.Field POOL = POOLING.reach(field("pool"));
  private static final Handles.Field LOCK =
      HANDLES.in("org.apache.http.nio.pool.AbstractNIOConnPool").reach(field("lock"));

  private static final Handles.Owner REACTOR =
      HANDLES.in("org.apache.http.impl.nio.reactor.AbstractIOReactor");
  static final Handles.Field NEW_CHANNELS = REACTOR.reach(field("newChannels"));
  static final Handles.Field SELECTOR = REACTOR.reach(field("selector"));

  private Members() {}

  /** What guards a pool; one of the application's own has none that we know. */
  static Lock lock(Object manager) {
    return POOLING.isInstance(manager) ? (Lock) LOCK.get(POOL.get(manager)) : new ReentrantLock();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Call.Progress;
import io.inboard.call.WeakIdentityMap;
import java.net.ConnectException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What is known of an attempt's connection once the attempt has ended.
 *
 * @param connected whether there was a connection, with TLS where TLS was wanted
 * @param session its TLS session; null if it has none
 * @param progress how far the attempt came
 */
record ConnectionFacts(boolean connected, SSLSession session, Progress progress) {
  /** Where an error of ours left nothing known: what was perhaps sent counts as sent. */
  static final ConnectionFacts UNKNOWN = new ConnectionFacts(true, null, Progress.SENT);

  /** Older updates of JDK 17 (17.0.15 for one) say it with these words only. */
  private static final String REFUSED_STREAM = "Received RST_STREAM: Stream not processed";

  /**
   * What a server said in GOAWAY, by connection. Those JDKs fail all streams alike then, processed
   * or not.
   */
  private static final WeakIdentityMap<Object, Integer> LAST_STREAMS = new WeakIdentityMap<>();

  /** {@code Http2Connection#handleGoAway}, before it fails the streams. */
  static void goAway(Object connection, Object frame) {
    LAST_STREAMS.put(connection, Internals.lastStream(frame));
  }

  /** Of an attempt that goes where the JDK likes. */
  static ConnectionFacts of(Object exchange, Throwable error) {
    return of(exchange, false, error);
  }

  /**
   * @param opened whether the attempt opened a connection instead of taking one from the pool
   * @param error null: there is a response
   */
  static ConnectionFacts of(Object exchange, boolean opened, Throwable error) {
    Object impl = Internals.impl(exchange);
    if (impl == null) {
      // HTTP/2 while it has no stream: no connection, or one that takes no more streams.
      Progress progress =
          opened || error instanceof ConnectException ? Progress.NOT_CONNECTED : Progress.NOT_SENT;
      return new ConnectionFacts(false, null, progress);
    }
    if (Stale.is(impl)) {
      return new ConnectionFacts(false, null, Progress.NOT_SENT);
    }
    Object connection = Internals.connection(impl);
    // Thrown by our own check only, which comes before the first byte of a request.
    boolean unverified = error instanceof SSLPeerUnverifiedException;
    SSLEngine engine = Internals.engine(connection);
    if (unverified
        || !Internals.isConnected(connection)
        || (engine != null && !Verification.agreed(engine.getSession()))) {
      return new ConnectionFacts(false, null, Progress.NOT_CONNECTED);
    }
    return new ConnectionFacts(
        true, engine == null ? null : engine.getSession(), progress(impl, error));
  }

  /** Whether a byte of the request may have been sent. */
  boolean sent() {
    return progress != Progress.NOT_CONNECTED && progress != Progress.NOT_SENT;
  }

  private static Progress progress(Object impl, Throwable error) {
    if (error == null) {
      return Progress.RESPONSE_STARTED;
    }
    if (Internals.isUnprocessed(impl) || REFUSED_STREAM.equals(error.getMessage())) {
      return Progress.REFUSED_STREAM;
    }
    if (Internals.isStream(impl)) {
      int id = Internals.streamId(impl);
      Integer last = LAST_STREAMS.get(Internals.streamConnection(impl));
      return id == 0
          ? Progress.NOT_SENT
          : last != null && id > last ? Progress.REFUSED_STREAM : Progress.SENT;
    }
    if (!Internals.isHttp1(impl)) {
      return Progress.SENT;
    }
    if (!Internals.isHeadQueued(impl)) {
      return Progress.NOT_SENT;
    }
    return Internals.received(impl) > 0 ? Progress.RESPONSE_STARTED : Progress.SENT;
  }
}

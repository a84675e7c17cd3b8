// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import java.net.SocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * A call that is observed and nothing else: its host matches no destination, or the application
 * brings its own TLS. One attempt, where and as long as the library likes.
 */
final class TracedCall implements Call, Attempt {
  private final CallObserver.OfAttempt observer;
  private final Way way;

  /** What is sent after the first time counts here. */
  private final LibraryRetryCounts sends;

  private final OutboundRequest request;
  private final boolean meshRetries;

  /** How often a connection that was found dead is exchanged: see Repetition. */
  private static final int MOST_EXCHANGES = 4;

  /** Set by the first physical send; libraries send one after the other. */
  private volatile boolean sent;

  /** Used by steps. */
  private byte exchanges;

  /** Whether it was not sent over a connection that it had, since that leads astray. */
  private volatile boolean refused;

  /** Where calls must not go. */
  @FunctionalInterface
  interface Way {
    /** Anywhere. */
    Way FREE = remote -> Optional.empty();

    /** Why nothing may be sent over a connection that leads there; any thread. */
    Optional<String> refusal(SocketAddress remote);
  }

  /**
   * @param sends null: they are not counted
   * @param meshRetries whether the library's own retries are switched off
   */
  TracedCall(
      CallObserver.OfAttempt observer,
      Way way,
      LibraryRetryCounts sends,
      OutboundRequest request,
      boolean meshRetries) {
    this.observer = observer;
    this.way = way;
    this.sends = sends;
    this.request = request;
    this.meshRetries = meshRetries;
  }

  /** Where the library's own retries are switched off, one of them is made here. */
  @Override
  public boolean isWatched() {
    return !meshRetries;
  }

  @Override
  public Step first() {
    return new Step.Send(this, 0);
  }

  @Override
  public Step responded(Attempt attempt, int status, HeaderView headers) {
    // Of nearly all calls, without a new string.
    observer.end(status, null, status == 200 ? "200" : Integer.toString(status));
    return Step.DELIVER;
  }

  /**
   * Where the library's own retries are switched off, its exchange of a dead connection for another
   * is our business: nothing was sent.
   */
  @Override
  public Step failed(Attempt attempt, Throwable error, Progress progress) {
    if (meshRetries && progress == Progress.NOT_SENT && !refused && exchanges < MOST_EXCHANGES) {
      exchanges++;
      sent = false;
      return new Step.Send(this, 0);
    }
    observer.end(0, error, "failed");
    return Step.DELIVER;
  }

  @Override
  public void abandoned() {
    observer.end(0, null, "abandoned");
  }

  @Override
  public void done() {
    abandoned(); // Nothing, if the attempt has been reported.
  }

  @Override
  public int number() {
    return 1;
  }

  @Override
  public Optional<Endpoint> endpoint() {
    return Optional.empty();
  }

  @Override
  public boolean meshRetries() {
    return meshRetries;
  }

  @Override
  public void writeHeaders(HeaderSink headers) {
    if (sent && sends != null) {
      sends.count(request);
    }
    sent = true;
    observer.writeHeaders(headers);
  }

  @Override
  public long connectTimeoutNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public long timeoutNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public void onTimeout(Runnable abort) {}

  @Override
  public void connected(SSLSession session) {}

  @Override
  public Optional<String> astray(SocketAddress remote) {
    Optional<String> why = way.refusal(remote);
    if (why.isPresent()) {
      refused = true;
    }
    return why;
  }

  @Override
  public void protocolVersion(String version) {
    observer.protocolVersion(version);
  }

  @Override
  public void grpcStatus(int code) {
    observer.grpcStatus(code);
  }
}

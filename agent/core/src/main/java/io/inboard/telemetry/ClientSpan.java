// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.GrpcStatus;
import io.inboard.call.HeaderSink;

/**
 * One attempt of a call, as a CLIENT span and one value of {@code http.client.request.duration}, of
 * gRPC one of {@code rpc.client.duration}. Safe for use by any thread; nothing throws.
 */
public final class ClientSpan {
  private final ClientTrace trace;
  private final ActiveSpan span;
  private volatile String version = "";

  /** Of gRPC, once it is known. Guarded by this. */
  private int grpcStatus = GrpcStatus.NONE;

  /** Whether it ends with the code of gRPC, which comes behind its messages. Guarded by this. */
  private boolean awaitsCode;

  /** Guarded by this. */
  private boolean ended;

  ClientSpan(ClientTrace trace, ActiveSpan span) {
    this.trace = trace;
    this.span = span;
  }

  static void refused(ActiveSpan span, String reason, String flags) {
    span.set(SpanField.REFUSED, reason);
    span.set(SpanField.ERROR_TYPE, reason);
    span.set(SpanField.FLAGS, flags);
    span.fail();
    span.end();
  }

  /** Envoy's response flags, joined by commas: {@code UF,URX}. */
  public ClientSpan flags(String flags) {
    span.set(SpanField.FLAGS, flags);
    return this;
  }

  /** That the attempt was made in place of others that had failed, and of which kind. */
  public ClientSpan fallback(String kind) {
    span.set(SpanField.FALLBACK, kind);
    return this;
  }

  /**
   * Gives the headers of this attempt: trace context, baggage, request id. May be asked more than
   * once. What the application set itself is left out.
   */
  public void writeHeaders(HeaderSink headers) {
    trace.writeHeaders(span, headers);
  }

  /** Who the other side proved to be, a SPIFFE id. */
  public ClientSpan peer(String identity) {
    span.set(SpanField.PEER_ID, identity);
    return this;
  }

  /** Why this attempt repeats an earlier one; a word of the retry policy. */
  public ClientSpan retryReason(String reason) {
    span.set(SpanField.RETRY_REASON, reason);
    return this;
  }

  /** The version of HTTP that was spoken: {@code 1.1}, {@code 2}. */
  public ClientSpan protocolVersion(String spoken) {
    version = spoken;
    span.set(SpanField.PROTOCOL_VERSION, spoken);
    return this;
  }

  /**
   * A call of gRPC has ended with this code. The first call counts.
   *
   * @param code 0 to 16
   */
  public void grpcStatus(int code) {
    synchronized (this) {
      if (grpcStatus != GrpcStatus.NONE) {
        return;
      }
      grpcStatus = code;
      if (!awaitsCode) {
        return;
      }
    }
    endRpc(code, null);
  }

  private void endRpc(int code, Throwable error) {
    String errorType = Keys.errorType(0, 400, error);
    if (code != GrpcStatus.NONE) {
      span.status(code);
      errorType = code == GrpcStatus.OK ? "" : GrpcStatus.name(code);
    }
    trace.measure(span, code);
    span.end(0, errorType, error == null ? null : Keys.unwrap(error), null, null);
  }

  /**
   * The attempt is over. The first call counts. A call of gRPC whose answer has begun goes on until
   * its {@link #grpcStatus} is known.
   *
   * @param status the HTTP status; 0 when no response head arrived
   * @param error why it failed; null if it did not. A cancelled attempt is given as a {@link
   *     java.util.concurrent.CancellationException}
   */
  public void end(int status, Throwable error) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      awaitsCode = trace.isGrpc() && status > 0 && grpcStatus == GrpcStatus.NONE;
      if (awaitsCode) {
        return;
      }
    }
    if (trace.isGrpc()) {
      endRpc(code(), error);
      return;
    }
    String errorType = Keys.errorType(status, 400, error);
    trace.measure(span, status, errorType, version);
    span.end(status, errorType, error == null ? null : Keys.unwrap(error), null, null);
  }

  private synchronized int code() {
    return grpcStatus;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Call.Progress;
import io.inboard.call.GrpcStatus;
import io.inboard.call.HeaderView;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * What came of one attempt: found out once, and shared by retries, ejection, breaker and telemetry.
 *
 * @param status the HTTP status of a {@link Kind#RESPONSE}, of gRPC the one that stands for its
 *     failure (as Envoy has it); 0 of anything else
 * @param grpcStatus of a gRPC answer that is a failure and nothing else (Trailers-Only); 0 of
 *     anything else
 */
public record Outcome(Kind kind, int status, int grpcStatus) {
  /** Default outcome when none was recorded. */
  private static final Outcome ABANDONED = new Outcome(Kind.ABANDONED, 0, 0);

  private static final int FIRST_STATUS = 100;

  /** One object for each status, shared by most calls. */
  private static final Outcome[] RESPONSES = new Outcome[500];

  static {
    for (int i = 0; i < RESPONSES.length; i++) {
      RESPONSES[i] = new Outcome(Kind.RESPONSE, FIRST_STATUS + i, 0);
    }
  }

  /** What an outcome says of the endpoint. */
  enum Effect {
    SUCCESS,
    FAILURE,
    /** Nothing: the endpoint did not cause it. */
    NEUTRAL
  }

  /** What can come of an attempt. */
  public enum Kind {
    /** A response head. */
    RESPONSE(""),
    /** No connection, or no TLS session for another reason than trust. */
    CONNECT_FAILURE("connect-failure"),
    /** One side did not accept the other's certificate. */
    UNTRUSTED("untrusted"),
    /** The connection broke (a pooled one was found dead) before a byte was written. */
    RESET_BEFORE_REQUEST("reset-before-request"),
    /** The server said that it did not process the request. */
    REFUSED_STREAM("refused-stream"),
    /** The connection broke after bytes of the request, before any of the response. */
    RESET_BEFORE_RESPONSE("reset-before-response"),
    /** The connection broke within the response head. */
    RESPONSE_BROKEN("response-broken"),
    /** No response within the attempt's time. */
    PER_TRY_TIMEOUT("per-try-timeout"),
    /** No response within the call's time. */
    TOTAL_TIMEOUT("timeout"),
    /** No response within the time that the application or its library allows; that is spent. */
    LIBRARY_TIMEOUT("library-timeout"),
    /** The application cancelled, or its thread was interrupted. */
    ABANDONED("abandoned");

    private final String keyword;

    Kind(String keyword) {
      this.keyword = keyword;
    }
  }

  /** Which of our bounds ended an attempt, if one did. */
  public enum Expiry {
    NONE,
    PER_TRY,
    TOTAL
  }

  static Outcome response(int status) {
    int at = status - FIRST_STATUS;
    return at >= 0 && at < RESPONSES.length ? RESPONSES[at] : new Outcome(Kind.RESPONSE, status, 0);
  }

  /**
   * The answer to a gRPC request. One that has messages tells how it went in its trailers, too late
   * for us: it counts as what its HTTP status says. One that failed at once has its {@code
   * grpc-status} among the headers.
   */
  static Outcome grpc(int status, HeaderView headers) {
    List<String> values = status == 200 ? headers.headers(GrpcStatus.HEADER) : List.of();
    int grpc = values.isEmpty() ? GrpcStatus.NONE : GrpcStatus.parse(values.get(0).trim());
    return grpc == GrpcStatus.NONE || grpc == GrpcStatus.OK
        ? response(status)
        : new Outcome(Kind.RESPONSE, GrpcStatus.toHttp(grpc), grpc);
  }

  static Outcome of(Kind kind) {
    return kind == Kind.ABANDONED ? ABANDONED : new Outcome(kind, 0, 0);
  }

  /** Classifies an attempt without a response; RATIONALE.md, Retries. */
  static Outcome failure(Throwable error, Progress progress, Expiry expiry) {
    return of(kind(error, progress, expiry));
  }

  private static Kind kind(Throwable error, Progress progress, Expiry expiry) {
    if (expiry == Expiry.TOTAL) {
      return Kind.TOTAL_TIMEOUT;
    }
    if (expiry == Expiry.NONE && interrupted(error)) {
      return Kind.ABANDONED;
    }
    if (untrusted(error)) {
      return Kind.UNTRUSTED;
    }
    return switch (progress) {
      case NOT_CONNECTED -> Kind.CONNECT_FAILURE;
      case NOT_SENT -> Kind.RESET_BEFORE_REQUEST;
      case REFUSED_STREAM -> Kind.REFUSED_STREAM;
      case SENT -> unanswered(error, expiry, Kind.RESET_BEFORE_RESPONSE);
      case RESPONSE_STARTED -> unanswered(error, expiry, Kind.RESPONSE_BROKEN);
    };
  }

  private static Kind unanswered(Throwable error, Expiry expiry, Kind broken) {
    if (expiry == Expiry.PER_TRY) {
      return Kind.PER_TRY_TIMEOUT;
    }
    return timedOut(error) ? Kind.LIBRARY_TIMEOUT : broken;
  }

  /** The server has seen no byte of the request. */
  boolean neverSent() {
    return kind == Kind.CONNECT_FAILURE || kind == Kind.RESET_BEFORE_REQUEST;
  }

  /** How ejection and breaker count it. */
  Effect effect() {
    return switch (kind) {
      case RESPONSE -> status >= 500 ? Effect.FAILURE : Effect.SUCCESS;
      // An idle connection that the server closed, or a GOAWAY, is how servers save or drain.
      case RESET_BEFORE_REQUEST, REFUSED_STREAM, ABANDONED -> Effect.NEUTRAL;
      default -> Effect.FAILURE;
    };
  }

  /** Whether the failure was seen here, without an answer of the server (Envoy: local origin). */
  boolean localOrigin() {
    return kind != Kind.RESPONSE;
  }

  /** The word of {@code retryOn} that describes it best: {@code 503}, {@code connect-failure}. */
  public String keyword() {
    if (kind != Kind.RESPONSE) {
      return kind.keyword;
    }
    return switch (grpcStatus) {
      case 0 -> status == 200 ? "200" : Integer.toString(status);
      case GrpcStatus.CANCELLED -> "cancelled";
      case GrpcStatus.DEADLINE_EXCEEDED -> "deadline-exceeded";
      case GrpcStatus.RESOURCE_EXHAUSTED -> "resource-exhausted";
      case GrpcStatus.INTERNAL -> "internal";
      case GrpcStatus.UNAVAILABLE -> "unavailable";
      default -> "grpc-" + grpcStatus;
    };
  }

  private static boolean interrupted(Throwable error) {
    return any(
        error,
        e ->
            e instanceof InterruptedException
                || e instanceof ClosedByInterruptException
                || e instanceof CancellationException
                || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)));
  }

  /** By name, too: java.net.http may be absent, and libraries have timeouts of their own. */
  private static boolean timedOut(Throwable error) {
    return any(
        error,
        e ->
            e instanceof SocketTimeoutException
                || e instanceof TimeoutException
                || e.getClass().getSimpleName().endsWith("TimeoutException"));
  }

  private static boolean untrusted(Throwable error) {
    return any(
        error,
        e ->
            e instanceof CertificateException
                || e instanceof CertPathValidatorException
                || e instanceof CertPathBuilderException
                || e instanceof SSLPeerUnverifiedException
                || (e instanceof SSLException && alert(Objects.toString(e.getMessage(), ""))));
  }

  /**
   * The peer's alerts about our certificate (RFC 8446 section 6.2). In TLS 1.3 they arrive after
   * our side of the handshake is done, with the first read.
   */
  private static boolean alert(String message) {
    return message.contains("Received fatal alert")
        && (message.contains("certificate")
            || message.contains("unknown_ca")
            || message.contains("access_denied"));
  }

  private static boolean any(Throwable error, Predicate<Throwable> test) {
    Throwable e = error;
    for (int depth = 0; e != null && depth < 16; depth++, e = e.getCause()) {
      if (test.test(e)) {
        return true;
      }
    }
    return false;
  }
}

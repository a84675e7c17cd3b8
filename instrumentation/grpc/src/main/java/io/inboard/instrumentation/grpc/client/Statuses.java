// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Status;
import io.inboard.call.Step;
import java.io.IOException;
import java.net.SocketTimeoutException;

/** Codes of gRPC and of HTTP, and errors. */
final class Statuses {
  private Statuses() {}

  /**
   * As Envoy judges an upstream by its grpc-status (Utility::grpcToHttpStatus in
   * source/common/grpc/status.cc).
   */
  static int http(Status.Code code) {
    return switch (code) {
      case OK -> 200;
      case CANCELLED -> 499;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case DEADLINE_EXCEEDED -> 504;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, ABORTED -> 409;
      case PERMISSION_DENIED -> 403;
      case UNAUTHENTICATED -> 401;
      case RESOURCE_EXHAUSTED -> 429;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
    };
  }

  /** What a client makes of an answer without grpc-status (doc/http-grpc-status-mapping.md). */
  static Status of(Step.Answer answer) {
    Status.Code code =
        switch (answer.status()) {
          case 400 -> Status.Code.INTERNAL;
          case 401 -> Status.Code.UNAUTHENTICATED;
          case 403 -> Status.Code.PERMISSION_DENIED;
          case 404 -> Status.Code.UNIMPLEMENTED;
          case 429, 502, 503, 504 -> Status.Code.UNAVAILABLE;
          default -> Status.Code.UNKNOWN;
        };
    return Status.fromCode(code)
        .withDescription("inboard: the mesh answered with HTTP status " + answer.status());
  }

  static Status of(Step.Refuse refuse) {
    Status.Code code =
        refuse.reason() == Step.Reason.TIMEOUT
            ? Status.Code.DEADLINE_EXCEEDED
            : Status.Code.UNAVAILABLE;
    return Status.fromCode(code).withDescription(refuse.message());
  }

  /** Why there was no answer. */
  static Throwable error(Status status) {
    if (status.getCause() != null) {
      return status.getCause();
    }
    String message = status.getCode() + ": " + status.getDescription();
    return status.getCode() == Status.Code.DEADLINE_EXCEEDED
        ? new SocketTimeoutException(message)
        : new IOException(message);
  }
}

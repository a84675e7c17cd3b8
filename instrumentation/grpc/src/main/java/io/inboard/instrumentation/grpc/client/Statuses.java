// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Status;
import io.inboard.call.GrpcStatus;
import io.inboard.call.Step;
import java.io.IOException;
import java.net.SocketTimeoutException;

/** Codes of gRPC and of HTTP, and errors. */
final class Statuses {
  private Statuses() {}

  /** What a client makes of an answer without grpc-status. */
  static Status of(Step.Answer answer) {
    int code = answer.status() == 200 ? GrpcStatus.UNKNOWN : GrpcStatus.ofHttp(answer.status());
    return Status.fromCodeValue(code)
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

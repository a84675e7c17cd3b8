// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.Objects;

/** Whether a request may reach the application. */
public sealed interface Verdict {
  /** It may. */
  Verdict ALLOW = new Allow();

  /** The request reaches the application. */
  record Allow() implements Verdict {}

  /**
   * The server answers by itself, with an empty body.
   *
   * @param status 403, 429 or 503
   * @param grpcStatus of an answer to a call of gRPC, which has status 200: see {@link GrpcStatus}
   * @param reason for spans and logs; never sent to the peer
   * @param retryAfterSeconds after which time another request would be let in; 0: that is not known
   */
  record Deny(int status, int grpcStatus, String reason, int retryAfterSeconds) implements Verdict {
    public Deny {
      Objects.requireNonNull(reason);
    }

    /** Without a time after which it is worth to come again. */
    public Deny(int status, int grpcStatus, String reason) {
      this(status, grpcStatus, reason, 0);
    }

    /** The same, with the code of gRPC that stands for the status. */
    public Deny(int status, String reason) {
      this(status, GrpcStatus.ofHttp(status), reason);
    }
  }
}

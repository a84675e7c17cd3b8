// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.server;

import io.grpc.internal.SerializingExecutor;
import io.inboard.weave.Advice;
import java.util.concurrent.Executor;

/** {@code ServerImpl}: a stream's head is read, and what runs its call is made. */
final class StreamAdvice {
  private StreamAdvice() {}

  static SerializingExecutor construct(@Advice.Argument(0) Executor executor) {
    return new SerializingExecutor(CallExecutor.of(executor));
  }

  static SerializingExecutor construct(Throwable mistake, Executor executor) {
    return new SerializingExecutor(executor);
  }
}

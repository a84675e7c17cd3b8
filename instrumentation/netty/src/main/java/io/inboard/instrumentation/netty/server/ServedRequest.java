// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.Contexts;
import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import io.inboard.call.InboundCall;
import io.inboard.weave.HookErrors;

/**
 * One request between begin and end. Used by its connection's event loop, but for what a handler
 * throws, which may have another thread.
 */
final class ServedRequest {
  private final InboundCall call;

  /** The first thing that a handler has thrown; null if none has. */
  private volatile Throwable error;

  /** Of the response's head; 0 before it. */
  private int status;

  /** Whether the end of its response was written, though perhaps not sent yet. */
  private boolean answered;

  ServedRequest(InboundCall call) {
    this.call = call;
  }

  Contexts.Scope activate() {
    return Inboard.contexts().activate(call.context());
  }

  void thrown(Throwable thrown) {
    if (error == null) {
      error = thrown;
    }
  }

  /** The head of its response goes out. */
  void respond(int with, HeaderSink headers) {
    status = with;
    try {
      call.respond(with, headers);
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(NettyServerHooks.NAME, ServedRequest.class, e);
    }
  }

  /** The response to a call of gRPC ends with this code. */
  void grpcStatus(int code) {
    try {
      call.grpcStatus(code);
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(NettyServerHooks.NAME, ServedRequest.class, e);
    }
  }

  void answered() {
    answered = true;
  }

  boolean isAnswered() {
    return answered;
  }

  /**
   * The end of its response was sent, or will never be. What a handler has thrown, and another one
   * has made a good answer of, is no error.
   */
  void end(Throwable because) {
    try {
      boolean thrown = error != null && (status == 0 || status >= 500);
      call.end(status, thrown ? error : because);
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(NettyServerHooks.NAME, ServedRequest.class, e);
    }
  }
}

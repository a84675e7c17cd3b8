// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.client.Delays;
import io.inboard.instrumentation.apachehttpclient4.async.Stage.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpEntity;
import org.apache.http.HttpResponse;
import org.apache.http.nio.ContentDecoder;

/**
 * A response that nobody gets is read to its end, so that its connection is kept; unless it is too
 * long, or takes too long. The end comes once, whichever thread brings it: {@link Stage} says who.
 */
final class Drain {
  /** What is read, at most. */
  private static final int MOST = 1 << 16;

  private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Stage stage;
  private final Line line;
  private final Executor executor;

  /** Complete when it was read to its end, or cannot be. */
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /** Forgets the timer. Any thread. */
  private volatile Runnable forget = () -> {};

  /** How much was read; on the reactor's thread. */
  private int read;

  Drain(Stage stage, Line line, Executor executor) {
    this.stage = stage;
    this.line = line;
    this.executor = executor;
  }

  /** The response's head was reported, and nobody gets it. */
  CompletionStage<?> begin(HttpResponse response) {
    if (!stage.drain()) {
      drained.complete(null);
      return drained;
    }
    HttpEntity body = response.getEntity();
    boolean kept = isKept(response);
    if (stage.isHandedOn() && kept) {
      atEnd();
    } else if (!kept || (body != null && body.getContentLength() > MOST)) {
      giveUp();
    } else {
      forget = Delays.OF_JDK.after(NANOS, () -> executor.execute(this::giveUp));
      line.resume();
    }
    return drained;
  }

  private boolean isKept(HttpResponse response) {
    try {
      line.keep(response);
      return true;
    } catch (RuntimeException e) {
      // Of the application's strategies; or it has cancelled, and the library has closed it.
      return false;
    }
  }

  /** There is more of it. */
  void read(ContentDecoder decoder) throws IOException {
    ByteBuffer scratch = ByteBuffer.allocate(4096);
    while (decoder.read(scratch) > 0) {
      read += scratch.position();
      scratch.clear();
    }
    if (read > MOST) {
      giveUp();
    }
  }

  /** It was read to its end. */
  void atEnd() {
    if (stage.move(Phase.DRAINING, Phase.OVER)) {
      forget.run();
      line.readsAgain();
      line.release();
      drained.complete(null);
    }
  }

  private void giveUp() {
    if (stage.move(Phase.DRAINING, Phase.OVER)) {
      broken();
    }
  }

  /** Its connection is at its end; the stage says so. */
  void broken() {
    forget.run();
    line.discard();
    drained.complete(null);
  }
}

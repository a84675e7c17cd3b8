// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Attempt;
import java.io.IOException;

/** What a conversation tells and asks the hop that is under way. All methods: any thread. */
interface CurrentHop {
  /** Whether a byte of this exchange's request may have been sent. */
  boolean hasSent(Object exchange);

  /** The attempt of this exchange, if the JDK looks for its host by itself; or null. */
  Attempt undirected(Object exchange);

  /** See {@link Conversation#giveUp}. */
  void giveUp(IOException cause);

  /** See {@link Conversation#stop}. */
  void stop();

  /** The body was read, or there will be none. Idempotent. */
  void end();
}

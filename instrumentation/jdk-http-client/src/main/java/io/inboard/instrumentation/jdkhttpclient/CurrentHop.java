// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import java.io.IOException;

/** What a conversation tells and asks the hop that is under way. All methods: any thread. */
interface CurrentHop {
  /** Whether a byte of this exchange's request may have been sent. */
  boolean hasSent(Object exchange);

  /** See {@link Conversation#giveUp}. */
  void giveUp(IOException cause);

  /** See {@link Conversation#stop}. */
  void stop();

  /** The body was read, or there will be none. Idempotent. */
  void end();
}

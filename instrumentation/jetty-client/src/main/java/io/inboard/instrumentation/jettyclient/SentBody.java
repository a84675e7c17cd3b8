// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Call;
import io.inboard.call.OutboundRequest.Body;

/**
 * The body of a hop's request, for one attempt after the other. Any thread; an attempt begins when
 * none is under way.
 */
interface SentBody {
  /** What is known of the body of a request; null if it has none. */
  static SentBody of(Object request) {
    Object content = Jetty.content(request);
    return content == null ? null : Jetty.IS_12 ? KeptContent.of(content) : new OldContent(content);
  }

  /** The call has begun, and says what may be kept. */
  void of(Call call);

  /** Whether another attempt can send it. */
  Body state();

  /** What an attempt sends, from its start; in place of what the application gave. */
  Object begin();

  /** What the application gave. */
  Object own();

  /**
   * There will be no other attempt.
   *
   * @param error why the application's body is not sent to its end; null: it is
   */
  void settle(Throwable error);
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Call;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.client.KeptBody;
import java.nio.ByteBuffer;

/**
 * A body in Jetty 9.4 to 11, which are given the application's own for each attempt: those that
 * hold it make a new reader of it each time. What can be read once only is copied while it is sent,
 * as long as the mesh lets; a later attempt sends the copy, if that is all of it.
 */
final class OldContent implements SentBody {
  /** Jetty 10 and 11 have kept the type of 9.4, and give no such body to a request. */
  private static final boolean IS_9 = !Members.LENGTH_10.isThere();

  private final Object own;
  private final KeptBody kept = new KeptBody();
  private final boolean held;
  private volatile Call call;

  /** The last exchange that has read of it; null: none has. */
  private volatile Object reader;

  /** What the last attempt sends in its place; null: itself. */
  private volatile Object copy;

  /** Whether the application's own has been read to its end. */
  private volatile boolean whole;

  OldContent(Object own) {
    this.own = own;
    this.held = (boolean) (IS_9 ? Members.REPRODUCIBLE_9 : Members.REPRODUCIBLE_10).call(own);
  }

  @Override
  public void of(Call begun) {
    call = begun;
  }

  @Override
  public Body state() {
    if ((long) (IS_9 ? Members.LENGTH_9 : Members.LENGTH_10).call(own) == 0) {
      return Body.NONE;
    }
    return held || reader == null || isCopied() ? Body.REPLAYABLE : Body.ONE_SHOT;
  }

  private boolean isCopied() {
    whole |= Jetty.isRequestSent(reader);
    return whole && kept.isWhole();
  }

  /** An exchange has a connection, and reads it. */
  void readBy(Object exchange) {
    reader = exchange;
  }

  /** {@code HttpSender#someToContent}: a piece was sent. */
  static void sent(Object exchange, ByteBuffer piece) {
    OldContent body = IS_9 ? of(exchange) : null;
    if (body != null) {
      body.keep(exchange, piece);
    }
  }

  /**
   * {@code HttpSender.ContentConsumer#onContent}: a piece is about to be sent. The response may be
   * here before Jetty says that it was.
   */
  static void sending(Object exchange, ByteBuffer piece, boolean last) {
    OldContent body = of(exchange);
    if (body != null) {
      body.keep(exchange, piece);
      body.whole |= last && exchange == body.reader;
    }
  }

  private static OldContent of(Object exchange) {
    Hop hop = Jetty.hop(Jetty.conversation(exchange));
    return hop != null && hop.body() instanceof OldContent body ? body : null;
  }

  private void keep(Object exchange, ByteBuffer piece) {
    if (!held && !whole && exchange == reader && piece.hasRemaining() && kept.isWhole()) {
      byte[] bytes = new byte[piece.remaining()];
      piece.duplicate().get(bytes);
      kept.add(call, bytes, 0, bytes.length);
    }
  }

  @Override
  public Object begin() {
    if (held || reader == null || !isCopied()) {
      return own;
    }
    Object made = Members.NEW_BYTES.call((Object) new byte[][] {kept.bytes().orElseThrow()});
    copy = made;
    return made;
  }

  /** Whether that was sent in place of the application's own. */
  boolean isCopy(Object content) {
    return content == copy;
  }

  @Override
  public Object own() {
    return own;
  }

  @Override
  public void settle(Throwable error) {
    kept.forget();
  }
}

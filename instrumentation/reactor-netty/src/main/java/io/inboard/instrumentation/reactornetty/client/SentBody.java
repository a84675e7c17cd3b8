// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Call;
import io.inboard.call.OutboundRequest;
import io.inboard.call.client.KeptBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the application sends in a hop, seen while the library asks for it. The library makes the
 * request anew for each attempt, by the application's function. A Mono is one value, which the
 * function makes again; a Flux may be readable once only, and is kept while it is sent as far as
 * the mesh lets us.
 *
 * <p>Guarded by this, but for what is said at the fields.
 */
final class SentBody {
  private final boolean none;
  private Call call;

  /** The application's headers, as the last attempt has sent them; null before. */
  private Outgoing headers;

  /** What was asked for in the attempt that is under way. */
  private int sends;

  private boolean value;

  /** A Flux was subscribed to, to its end, and kept. */
  private boolean read;

  private boolean whole;
  private KeptBody kept;

  /**
   * @param none whether the application sends nothing but a head
   */
  SentBody(boolean none) {
    this.none = none;
  }

  synchronized void of(Call begun) {
    this.call = begun;
  }

  boolean isNone() {
    return none;
  }

  /** An attempt has its connection; the application is asked for the request. */
  synchronized void begin() {
    sends = 0;
  }

  /** The head goes out. */
  synchronized void head(Outgoing outgoing) {
    headers = outgoing;
  }

  /** Empty until a head was made. */
  synchronized Optional<List<String>> headers(String name) {
    return headers == null ? Optional.empty() : Optional.of(headers.own(name));
  }

  /**
   * The application sends a body.
   *
   * @return what to send in its place; null: the body itself
   */
  synchronized Publisher<? extends ByteBuf> sends(Publisher<? extends ByteBuf> body) {
    sends++;
    if (sends > 1) {
      forget();
      return null;
    }
    if (body instanceof Mono) {
      value = true;
      return null;
    }
    if (isKept()) {
      byte[] bytes = kept.bytes().orElseThrow();
      return bytes.length == 0 ? Flux.empty() : Flux.just(Unpooled.wrappedBuffer(bytes));
    }
    KeptBody copy = new KeptBody();
    kept = copy;
    return Flux.from(body)
        .doOnSubscribe(subscription -> reading())
        .doOnNext(piece -> keep(copy, piece))
        .doOnComplete(() -> complete(copy));
  }

  private void forget() {
    value = false;
    read = true;
    whole = false;
    if (kept != null) {
      kept.forget();
    }
  }

  private synchronized void reading() {
    read = true;
  }

  private void keep(KeptBody copy, ByteBuf piece) {
    int length = piece.readableBytes();
    if (length > 0 && copy.isWhole()) {
      boolean shared = piece.hasArray();
      byte[] bytes = shared ? piece.array() : ByteBufUtil.getBytes(piece);
      copy.add(call, bytes, shared ? piece.arrayOffset() + piece.readerIndex() : 0, length);
    }
  }

  private synchronized void complete(KeptBody copy) {
    whole = copy == kept && sends == 1;
  }

  private boolean isKept() {
    return whole && kept != null && kept.isWhole();
  }

  synchronized OutboundRequest.Body state() {
    if (none) {
      return OutboundRequest.Body.NONE;
    }
    if (isKept()) {
      return OutboundRequest.Body.REPLAYABLE;
    }
    if (read) {
      return OutboundRequest.Body.ONE_SHOT;
    }
    // Nothing was asked of the application, or one value, or what has no length.
    return headers == null || value || !hasContent()
        ? OutboundRequest.Body.REPLAYABLE
        : OutboundRequest.Body.ONE_SHOT;
  }

  private boolean hasContent() {
    List<String> length = headers.own("content-length");
    return !headers.own("transfer-encoding").isEmpty()
        || !(length.isEmpty() || length.equals(List.of("0")));
  }
}

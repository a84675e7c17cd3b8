// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.client.BlockingCall;
import io.inboard.call.client.BodyTap;
import java.io.IOException;
import java.net.SocketTimeoutException;
import sun.net.www.MessageHeader;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * The body of a hop's response: where the application is done with it, the hop is over; and a mesh
 * that wants to know it gets a copy. Used by any thread.
 */
final class HopBody {
  /** Whether any call has wanted a body yet; until then reading one costs nothing. */
  private static volatile boolean tapping;

  private final BlockingCall<MessageHeader> call;

  /** Null if nobody wants to know the body. Written before it is read. */
  private volatile BodyTap tap;

  HopBody(BlockingCall<MessageHeader> call) {
    this.call = call;
  }

  /** The application gets this response. */
  void begins(MessageHeader response) {
    call.tap(Messages.length(response))
        .ifPresent(
            wanted -> {
              tap = wanted;
              tapping = true;
            });
  }

  /**
   * The application has done with it.
   *
   * @param atEnd whether it has read its end
   */
  void ended(boolean atEnd) {
    if (call.isDelivered()) {
      call.ended(tap, atEnd);
    }
  }

  /** The application has read a part; a negative count: its end. */
  static void read(HttpURLConnection connection, byte[] to, int offset, int count) {
    Hop hop = count < 0 || tapping ? Hop.of(connection) : null;
    if (hop == null) {
      return;
    }
    BodyTap tap = hop.body().tap;
    if (count < 0) {
      hop.body().ended(true);
    } else if (tap != null) {
      tap.add(to, offset, count);
    }
  }

  /** It goes back in the body, and will read a part of it twice. */
  static void reset(HttpURLConnection connection) {
    Hop hop = tapping ? Hop.of(connection) : null;
    BodyTap tap = hop == null ? null : hop.body().tap;
    if (tap != null) {
      tap.forget();
    }
  }

  /** The body is closed. */
  static void closed(HttpURLConnection connection) {
    Hop hop = Hop.of(connection);
    if (hop != null) {
      hop.body().ended(false);
    }
  }

  /**
   * What the application gets for an error in the body: a timeout where the mesh's bound caused it.
   */
  static Throwable[] broken(HttpURLConnection connection, Throwable error) {
    Hop hop = Hop.of(connection);
    if (hop == null || !hop.timeIsUp() || !(error instanceof IOException)) {
      return null;
    }
    SocketTimeoutException timeout =
        new SocketTimeoutException("inboard: the call's time was up before its body was read");
    timeout.initCause(error);
    return new Throwable[] {timeout};
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.ClientCall;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What the application has said to a call so far, to be said again to its next attempt. Used in the
 * call's synchronization context, but for {@link #isWhole}.
 */
final class Said<Q> {
  /** Of a stream of messages this many are kept while nothing is answered. */
  private static final int MOST_MESSAGES = 16;

  private final boolean single;
  private final List<Q> messages = new ArrayList<>(1);
  private int requested;
  private boolean halfClosed;
  private Boolean compression;

  /** Whether all can be said again. */
  private volatile boolean whole = true;

  Said(boolean single) {
    this.single = single;
  }

  boolean isWhole() {
    return whole;
  }

  void message(Q message) {
    // A message that is a stream can be read once; any other is a value.
    if (!whole || message instanceof InputStream || (!single && messages.size() >= MOST_MESSAGES)) {
      forget();
    } else {
      messages.add(message);
    }
  }

  void requested(int more) {
    requested = requested > Integer.MAX_VALUE - more ? Integer.MAX_VALUE : requested + more;
  }

  void halfClosed() {
    halfClosed = true;
  }

  void compression(boolean enabled) {
    compression = enabled;
  }

  /** Nothing will be said again. */
  void forget() {
    whole = false;
    messages.clear();
  }

  void repeatTo(ClientCall<Q, ?> call) {
    if (compression != null) {
      call.setMessageCompression(compression);
    }
    if (requested > 0) {
      call.request(requested);
    }
    messages.forEach(call::sendMessage);
    if (halfClosed) {
      call.halfClose();
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.WeakIdentityMap;
import okhttp3.Connection;
import okhttp3.internal.http2.ErrorCode;

/**
 * Connections of HTTP/2 that their server has ended for what it got over them: by a GOAWAY with an
 * error. The library makes the same of that as of one that drains, which has none. Any thread.
 */
final class GoAways {
  private static final WeakIdentityMap<Object, Boolean> WITH_ERROR = new WeakIdentityMap<>();

  private GoAways() {}

  static void came(Object http2, ErrorCode code) {
    if (code != ErrorCode.NO_ERROR) {
      WITH_ERROR.put(http2, true);
    }
  }

  /** Whether it is one of them. */
  static boolean hasEnded(Connection connection) {
    Object http2 = OkHttpMembers.HTTP_2.get(connection);
    return http2 != null && WITH_ERROR.get(http2) != null;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.frames.ResetFrame;

/** HTTP/2, in a module that an application need not have: loaded where it has. */
final class Http2 {
  private Http2() {}

  /** RFC 9113 section 8.7. */
  static boolean isRefused(Object reset) {
    return reset instanceof ResetFrame frame
        && frame.getError() == ErrorCode.REFUSED_STREAM_ERROR.code;
  }
}

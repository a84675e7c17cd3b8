// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.HeaderView;
import java.util.List;

/** {@code x-request-id}: passed on as it came, as Envoy and Istio do. */
final class RequestIds {
  static final String NAME = "x-request-id";

  private static final int MAX_LENGTH = 256;

  private RequestIds() {}

  /** The id; empty if there is none, several, or it is too long or not visible ASCII. */
  static String read(HeaderView headers) {
    List<String> values = headers.headers(NAME);
    if (values.size() != 1) {
      return "";
    }
    String id = Chars.trimOws(values.get(0));
    if (id.length() > MAX_LENGTH) {
      return "";
    }
    for (int i = 0; i < id.length(); i++) {
      if (id.charAt(i) <= 0x20 || id.charAt(i) > 0x7e) {
        return "";
      }
    }
    return id;
  }
}

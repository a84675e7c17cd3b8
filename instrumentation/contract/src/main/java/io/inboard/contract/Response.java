// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.nio.charset.StandardCharsets;

/** A response as an application reads it, to its end; errors (4xx, 5xx) are responses, too. */
public record Response(int status, byte[] body) {
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}

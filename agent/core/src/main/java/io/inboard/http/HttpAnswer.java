// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a server answered.
 *
 * @param status three digits
 * @param reason the words behind it; may be empty
 * @param headers by their names in lower case; of a repeated one the first
 * @param body as far as it came
 */
public record HttpAnswer(int status, String reason, Map<String, String> headers, byte[] body) {
  /** A header's value; empty if there is none. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }
}

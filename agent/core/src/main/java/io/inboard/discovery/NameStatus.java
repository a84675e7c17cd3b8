// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import java.util.List;

/**
 * What is known of a name that is resolved in the background.
 *
 * @param addresses of the last good answer; none: there was none yet
 * @param resolutions good answers so far
 * @param failures of all attempts to resolve it
 * @param lastError of the last attempt; empty if that was good
 */
public record NameStatus(
    String name, List<String> addresses, long resolutions, long failures, String lastError) {
  public NameStatus {
    addresses = List.copyOf(addresses);
  }
}

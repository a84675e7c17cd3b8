// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Call.Progress;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What an endpoint does with an attempt. */
public sealed interface Answer {
  record Status(int status, Map<String, List<String>> headers) implements Answer {}

  record Failure(Throwable error, Progress progress) implements Answer {}

  /** Never answers; the attempt ends by a timeout, or hangs. */
  record Silence(Progress progress) implements Answer {}

  static Answer status(int status) {
    return new Status(status, Map.of());
  }

  static Answer status(int status, String header, String value) {
    return new Status(status, Map.of(header.toLowerCase(Locale.ROOT), List.of(value)));
  }

  static Answer refused() {
    return new Failure(new ConnectException("Connection refused"), Progress.NOT_CONNECTED);
  }

  static Answer fails(Progress progress) {
    return new Failure(new IOException("broken: " + progress), progress);
  }

  static Answer fails(Throwable error, Progress progress) {
    return new Failure(error, progress);
  }

  static Answer silence() {
    return new Silence(Progress.SENT);
  }
}

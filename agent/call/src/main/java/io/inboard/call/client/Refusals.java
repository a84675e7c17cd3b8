// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Inboard;
import io.inboard.call.Step;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/** Refusals of the mesh as the exceptions that an HTTP client throws. */
public final class Refusals {
  private Refusals() {}

  /**
   * What the application gets for a refusal.
   *
   * @param cause what the last attempt threw; null if nothing
   * @param timeout makes the library's exception for a time that is up
   */
  public static IOException exception(
      Step.Refuse refuse, Throwable cause, Function<String, ? extends IOException> timeout) {
    IOException exception =
        switch (refuse.reason()) {
          case TIMEOUT -> timeout.apply(refuse.message());
          case UNTRUSTED -> new SSLException(refuse.message());
          case CIRCUIT_OPEN, OVERFLOW, THROTTLED, NO_ENDPOINT -> new IOException(refuse.message());
        };
    if (cause != null && exception.getCause() == null) {
      exception.initCause(cause);
    }
    return exception;
  }

  /**
   * A hook of ours has thrown, and the library would send as without us: what must be encrypted is
   * refused then.
   *
   * @param scheme of the application's URL
   * @param port of the application's URL, else the scheme's default
   * @return what to throw in place of sending; empty: let the library send
   */
  public static Optional<SSLException> failClosed(
      String scheme, String host, int port, Throwable mistake) {
    return scheme.equalsIgnoreCase("http") && Inboard.outbound().mustEncrypt(host, port)
        ? Optional.of(new SSLException("inboard: call not secured", mistake))
        : Optional.empty();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.security.cert.CertificateException;
import java.util.Objects;

/**
 * A certificate that proves nothing, and why. The message is fit for a log line, whatever the
 * certificate holds.
 */
public final class PeerRefusedException extends CertificateException {
  private static final long serialVersionUID = 1L;

  private final Refusal refusal;

  /**
   * @param message may quote what a peer sent
   */
  public PeerRefusedException(Refusal refusal, String message) {
    super(Printable.text(message));
    this.refusal = Objects.requireNonNull(refusal);
  }

  /**
   * @param cause null: none
   */
  public PeerRefusedException(Refusal refusal, String message, Throwable cause) {
    super(Printable.text(message), cause);
    this.refusal = Objects.requireNonNull(refusal);
  }

  /** The reason as one of few. */
  public Refusal refusal() {
    return refusal;
  }
}

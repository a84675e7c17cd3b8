// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;

/** A call that is not sent, since what was to be encrypted by us would go out in the clear. */
final class RefusedCall implements Call {
  private final String message;
  private final CallObserver.OfCall observer;

  private RefusedCall(String message, CallObserver.OfCall observer) {
    this.message = message;
    this.observer = observer;
  }

  /** Through the application's proxy: it, and all on the way to it, could read the request. */
  static RefusedCall proxied(Destination destination, CallObserver.OfCall observer) {
    return new RefusedCall(
        "inboard: "
            + destination.name()
            + ": mutual TLS is set, and the application sends through a proxy, which would see"
            + " plaintext; nothing was sent. Exempt the host from the proxy (http.nonProxyHosts)",
        observer);
  }

  /** To an endpoint of a destination by another name than the destination's. */
  static RefusedCall stray(String why, CallObserver.OfCall observer) {
    return new RefusedCall("inboard: " + why, observer);
  }

  @Override
  public Step first() {
    observer.refused(Step.Reason.UNTRUSTED, message);
    return new Step.Refuse(Step.Reason.UNTRUSTED, message);
  }

  @Override
  public Step responded(Attempt attempt, int status, HeaderView headers) {
    return Step.DELIVER;
  }

  @Override
  public Step failed(Attempt attempt, Throwable error, Progress progress) {
    return Step.DELIVER;
  }

  @Override
  public void abandoned() {}

  @Override
  public void done() {}
}

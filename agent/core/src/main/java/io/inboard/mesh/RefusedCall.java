// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;

/**
 * A call through the application's proxy to a destination whose connections are to be encrypted by
 * us: the proxy, and everybody on the way to it, would read it.
 */
final class RefusedCall implements Call {
  private final Destination destination;
  private final CallObserver.OfCall observer;

  RefusedCall(Destination destination, CallObserver.OfCall observer) {
    this.destination = destination;
    this.observer = observer;
  }

  @Override
  public Step first() {
    String message =
        "inboard: "
            + destination.name()
            + ": mutual TLS is set, and the application sends through a proxy, which would see"
            + " plaintext; nothing was sent. Exempt the host from the proxy (http.nonProxyHosts)";
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

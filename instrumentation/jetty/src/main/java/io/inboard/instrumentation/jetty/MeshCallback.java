// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import org.eclipse.jetty.util.Callback;

/**
 * By what the handlers of Jetty 12 say that they are done with a request, so that it ends even
 * where Jetty forgets it: of a peer that has gone meanwhile, the stream may never hear of that.
 */
final class MeshCallback extends Callback.Nested {
  private final MeshRequest request;

  MeshCallback(Callback callback, MeshRequest request) {
    super(callback);
    this.request = request;
  }

  @Override
  public void succeeded() {
    try {
      super.succeeded();
    } finally {
      request.handled(null);
    }
  }

  @Override
  public void failed(Throwable error) {
    try {
      super.failed(error);
    } finally {
      request.handled(error);
    }
  }
}

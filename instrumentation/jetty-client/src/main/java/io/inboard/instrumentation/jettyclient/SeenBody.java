// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.client.BodyTap;
import org.eclipse.jetty.io.Content;

/** A response's body, of which the mesh sees what the application reads. */
record SeenBody(Content.Source own, BodyTap tap) implements Content.Source {
  @Override
  public long getLength() {
    return own.getLength();
  }

  @Override
  public Content.Chunk read() {
    Content.Chunk chunk = own.read();
    if (chunk != null && !Content.Chunk.isFailure(chunk) && chunk.hasRemaining()) {
      tap.add(chunk.getByteBuffer());
    }
    return chunk;
  }

  @Override
  public void demand(Runnable more) {
    own.demand(more);
  }

  @Override
  public void fail(Throwable failure) {
    own.fail(failure);
  }

  @Override
  public void fail(Throwable failure, boolean last) {
    own.fail(failure, last);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.client.BodyTap;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.http.nio.ContentDecoder;

/** A response's body that the mesh wants to see while the application reads it. */
record TappedDecoder(ContentDecoder own, BodyTap tap) implements ContentDecoder {
  @Override
  public int read(ByteBuffer to) throws IOException {
    ByteBuffer read = to.duplicate();
    int count = own.read(to);
    if (count > 0) {
      read.limit(to.position());
      tap.add(read);
    }
    return count;
  }

  @Override
  public boolean isCompleted() {
    return own.isCompleted();
  }
}

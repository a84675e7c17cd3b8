// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.client.BodyTap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;

/** Shows the mesh the body of a response while the application takes it. */
record SeenConsumer(AsyncDataConsumer own, AsyncHop hop, BodyTap tap) implements AsyncDataConsumer {
  @Override
  public void updateCapacity(CapacityChannel channel) throws IOException {
    own.updateCapacity(channel);
  }

  @Override
  public void consume(ByteBuffer piece) throws IOException {
    tap.add(piece);
    own.consume(piece);
  }

  @Override
  public void streamEnd(List<? extends Header> trailers) throws HttpException, IOException {
    hop.ended(tap, true);
    own.streamEnd(trailers);
  }

  @Override
  public void releaseResources() {
    own.releaseResources();
  }
}

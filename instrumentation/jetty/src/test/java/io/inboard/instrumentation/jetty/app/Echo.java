// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;

/** Bytes both ways after an upgrade. */
final class Echo extends AbstractConnection {
  private final ByteBuffer buffer = BufferUtil.allocate(1024);

  Echo(EndPoint endPoint, Executor threads) {
    super(endPoint, threads);
  }

  @Override
  public void onOpen() {
    super.onOpen();
    fillInterested();
  }

  @Override
  public void onFillable() {
    try {
      int count = getEndPoint().fill(buffer);
      if (count < 0) {
        close();
        return;
      }
      if (count > 0) {
        getEndPoint().flush(buffer);
        BufferUtil.clear(buffer);
      }
      fillInterested();
    } catch (IOException e) {
      close();
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.client.BlockingCall;
import io.inboard.call.client.BodyTap;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * A response's body that the mesh wants to see while the application reads it. In 5.0 the library
 * takes the connection back while the end is read; the call ends after that, with the end known.
 */
final class SeenEntity extends HttpEntityWrapper {
  private final BlockingCall<?> call;
  private final BodyTap tap;

  /** Whether a read is under way, whose end tells more. */
  private volatile boolean reading;

  SeenEntity(HttpEntity own, BlockingCall<?> call, BodyTap tap) {
    super(own);
    this.call = call;
    this.tap = tap;
  }

  /** The library has taken the connection back. */
  void left() {
    if (!reading) {
      call.ended(tap, false);
    }
  }

  @Override
  public InputStream getContent() throws IOException {
    return new Tapped(super.getContent());
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    try (InputStream in = getContent()) {
      in.transferTo(out);
    }
  }

  private final class Tapped extends FilterInputStream {
    Tapped(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      reading = true;
      try {
        int count = super.read(to, offset, length);
        if (count > 0) {
          tap.add(to, offset, count);
        }
        if (count < 0) {
          call.ended(tap, true);
        }
        return count;
      } catch (IOException e) {
        call.ended(tap, false);
        throw e;
      } finally {
        reading = false;
      }
    }

    @Override
    public long skip(long count) throws IOException {
      tap.forget();
      return super.skip(count);
    }

    @Override
    public void close() throws IOException {
      try {
        super.close();
      } finally {
        call.ended(tap, false);
      }
    }
  }
}

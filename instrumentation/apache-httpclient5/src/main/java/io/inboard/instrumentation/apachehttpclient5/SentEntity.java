// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Call;
import io.inboard.call.client.KeptBody;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * The body of a hop while it is sent: of one that the application can write once, a copy is kept
 * and sent after that; and whose failure it is when that fails, the connection's or the
 * application's. One for all attempts of a hop; used by the thread that makes them.
 */
final class SentEntity extends HttpEntityWrapper {
  private final HttpEntity own;
  private final KeptBody kept;
  private final Call call;

  /** Whether it can be written once. */
  private final boolean once;

  private boolean written;
  private boolean disturbed;

  SentEntity(HttpEntity own, boolean once, KeptBody kept, Call call) {
    super(own);
    this.own = own;
    this.once = once;
    this.kept = kept;
    this.call = call;
  }

  /** Puts the application's own back, for those who ask it whether it can be sent again. */
  void restore(ClassicHttpRequest request) {
    if (request.getEntity() == this) {
      request.setEntity(own);
    }
  }

  /** Whether the application has failed to write it. */
  boolean isDisturbed() {
    return disturbed;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    if (once && written) {
      out.write(kept.bytes().orElseThrow(() -> new IOException("the body was not kept")));
      return;
    }
    written = true;
    Watched watched = new Watched(out);
    boolean whole = false;
    try {
      own.writeTo(watched);
      whole = true;
    } finally {
      if (!whole) {
        disturbed = !watched.failed;
        // The application has its rest, and nobody the whole.
        kept.forget();
      }
    }
  }

  private final class Watched extends OutputStream {
    private final OutputStream out;
    private boolean failed;

    Watched(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (once) {
        kept.add(call, bytes, offset, length);
      }
      failed = true;
      out.write(bytes, offset, length);
      failed = false;
    }

    @Override
    public void flush() throws IOException {
      failed = true;
      out.flush();
      failed = false;
    }

    @Override
    public void close() throws IOException {
      failed = true;
      out.close();
      failed = false;
    }
  }
}

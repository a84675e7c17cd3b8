// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.Call;
import io.inboard.call.client.KeptBody;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.Okio;

/**
 * A body that the application can write once: a copy is kept while it does, and sent after that.
 * One for all attempts of a hop; used by the thread that makes them.
 */
final class OneShotBody extends RequestBody {
  private final RequestBody own;
  private final KeptBody kept;
  private final Call call;
  private boolean written;

  OneShotBody(RequestBody own, KeptBody kept, Call call) {
    this.own = own;
    this.kept = kept;
    this.call = call;
  }

  @Override
  public MediaType contentType() {
    return own.contentType();
  }

  @Override
  public long contentLength() throws IOException {
    return own.contentLength();
  }

  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    if (written) {
      sink.write(kept.bytes().orElseThrow(() -> new IOException("the body was not kept")));
      return;
    }
    written = true;
    boolean whole = false;
    BufferedSink both =
        Okio.buffer(
            new ForwardingSink(sink) {
              @Override
              public void write(Buffer source, long count) throws IOException {
                Buffer piece = new Buffer();
                source.copyTo(piece, 0, count);
                byte[] bytes = piece.readByteArray();
                kept.add(call, bytes, 0, bytes.length);
                super.write(source, count);
              }
            });
    try {
      own.writeTo(both);
      both.emit();
      whole = true;
    } finally {
      if (!whole) {
        // The application has its rest, and nobody the whole.
        kept.forget();
      }
    }
  }
}

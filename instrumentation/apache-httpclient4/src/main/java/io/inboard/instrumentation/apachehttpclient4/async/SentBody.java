// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Call;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.apache.http.nio.ContentEncoder;
import org.apache.http.nio.FileContentEncoder;
import org.apache.http.nio.IOControl;

/**
 * The body of a hop while it is sent: of one that the application can produce once, a copy is kept
 * and sent after that; and whose failure it is when that fails, the connection's or the
 * application's. One for all attempts of a hop; used by one thread at a time.
 */
final class SentBody {
  private final CallRequest view;
  private final Call call;

  /** Whether an attempt was about to be sent. */
  private boolean again;

  /** Whether the application has begun to produce it. */
  private boolean begun;

  private boolean disturbed;

  /** What is left to send of the copy; null while the application produces it. */
  private ByteBuffer copy;

  SentBody(CallRequest view, Call call) {
    this.view = view;
    this.call = call;
  }

  /** An attempt is about to be sent, from the body's start. */
  void rewind(Director director) throws IOException {
    if (again && view.isOnce()) {
      director.forgetExecutions();
      if (begun) {
        byte[] kept =
            view.kept().bytes().orElseThrow(() -> new IOException("the body was not kept"));
        copy = ByteBuffer.wrap(kept);
      }
    }
    again = true;
  }

  /** The connection takes more of it. */
  void produce(Director director, ContentEncoder encoder, IOControl control) throws IOException {
    if (copy != null) {
      encoder.write(copy);
      if (!copy.hasRemaining()) {
        encoder.complete();
      }
      return;
    }
    begun = true;
    Watched watched =
        encoder instanceof FileContentEncoder files ? new WatchedFile(files) : new Watched(encoder);
    boolean whole = false;
    try {
      director.handler().produceContent(watched, control);
      whole = true;
    } finally {
      if (!whole) {
        disturbed = !watched.failed;
        view.kept().forget();
      }
    }
  }

  /** Whether the application has failed to produce it. */
  boolean isDisturbed() {
    return disturbed;
  }

  /** What the application writes to. */
  private class Watched implements ContentEncoder {
    private final ContentEncoder own;

    /** Whether it is the connection that fails. */
    boolean failed;

    Watched(ContentEncoder own) {
      this.own = own;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      ByteBuffer before = view.isOnce() ? from.duplicate() : null;
      failed = true;
      int count = own.write(from);
      failed = false;
      if (before != null && count > 0) {
        byte[] bytes = new byte[count];
        before.get(bytes);
        view.kept().add(call, bytes, 0, count);
      }
      return count;
    }

    @Override
    public void complete() throws IOException {
      failed = true;
      own.complete();
      failed = false;
    }

    @Override
    public boolean isCompleted() {
      return own.isCompleted();
    }
  }

  /** The same for what goes from a file into the connection, of which no copy is kept. */
  private final class WatchedFile extends Watched implements FileContentEncoder {
    private final FileContentEncoder own;

    WatchedFile(FileContentEncoder own) {
      super(own);
      this.own = own;
    }

    @Override
    public long transfer(FileChannel from, long position, long count) throws IOException {
      view.kept().forget();
      failed = true;
      long sent = own.transfer(from, position, count);
      failed = false;
      return sent;
    }
  }
}

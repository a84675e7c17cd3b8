// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.client.BlockingCall;
import io.inboard.call.client.BodyTap;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.internal.http2.StreamResetException;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;

/**
 * A response's body, which tells of its end, and shows a small one to the mesh. Where its length is
 * known it ends with its last byte, as it does for the library, whose connection serves others from
 * then on. One that ends before that is an error, as it is over HTTP/1.1: of HTTP/2 the library
 * does not look (RFC 9113 section 8.1.1), and an application that says {@code http} did not ask for
 * it.
 */
final class ReadBody extends ResponseBody {
  private final ResponseBody own;
  private final BufferedSource source;

  /**
   * @param failed run when it breaks off, before the call is over
   */
  ReadBody(ResponseBody own, BlockingCall<Response> call, InFlight attempt, Runnable failed) {
    this.own = own;
    long length = own.contentLength();
    BodyTap tap = call.tap(length).orElse(null);
    this.source =
        Okio.buffer(
            new ForwardingSource(own.source()) {
              private long total;

              @Override
              public long read(Buffer sink, long most) throws IOException {
                try {
                  long count = next(sink, most);
                  if (count > 0) {
                    total += count;
                    show(sink, count);
                  }
                  if (count < 0 || total == length) {
                    end(true);
                  }
                  return count;
                } catch (IOException e) {
                  boolean late = attempt.isAborted();
                  failed.run();
                  end(false);
                  throw late ? late(e) : e;
                }
              }

              private long next(Buffer sink, long most) throws IOException {
                if (!attempt.isSecured()) {
                  return super.read(sink, most);
                }
                long count;
                try {
                  count = super.read(sink, most);
                } catch (StreamResetException e) {
                  if (!EarlyAnswer.isComplete(e)) {
                    throw e;
                  }
                  count = -1;
                }
                if (count < 0 && total < length) {
                  throw new ProtocolException("unexpected end of stream");
                }
                return count;
              }

              private void show(Buffer sink, long count) {
                if (tap != null && !tap.isFull()) {
                  Buffer copy = new Buffer();
                  sink.copyTo(copy, sink.size() - count, count);
                  byte[] bytes = copy.readByteArray();
                  tap.add(bytes, 0, bytes.length);
                }
              }

              @Override
              public void close() throws IOException {
                // First: from then on the connection may be another call's.
                attempt.finish();
                try {
                  super.close();
                } finally {
                  end(false);
                }
              }

              private void end(boolean atEnd) {
                attempt.finish();
                call.ended(tap, atEnd);
              }
            });
  }

  private static IOException late(IOException cause) {
    SocketTimeoutException timeout =
        new SocketTimeoutException("inboard: the call's time was up before its body was read");
    timeout.initCause(cause);
    return timeout;
  }

  @Override
  public MediaType contentType() {
    return own.contentType();
  }

  @Override
  public long contentLength() {
    return own.contentLength();
  }

  @Override
  public BufferedSource source() {
    return source;
  }
}

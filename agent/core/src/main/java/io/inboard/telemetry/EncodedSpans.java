// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.opentelemetry.exporter.internal.marshal.Serializer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;

/**
 * Encodes batches of spans for one of the SDK's exporters, which sends what it is given. Belongs to
 * the thread of its {@link Lane}.
 */
final class EncodedSpans implements Lane.Exporter<SpanData> {
  /** What the SDK's exporters of any signal do. */
  @FunctionalInterface
  interface Send {
    CompletableResultCode export(Marshaler message, int spans);
  }

  /** A batch of the usual size fits in. */
  private static final int USUAL_BYTES = 256 * 1024;

  /** One message may be large, by exceptions: its array is not kept. */
  private static final int MOST_BYTES_KEPT = 1024 * 1024;

  private final Send send;
  private final Runnable close;
  private ProtoBuffer buffer = new ProtoBuffer(USUAL_BYTES);
  private SpanEncoder encoder = new SpanEncoder(buffer);

  /** The export before, whose sender may still read the buffer. */
  private CompletableResultCode last = CompletableResultCode.ofSuccess();

  EncodedSpans(Send send, Runnable close) {
    this.send = send;
    this.close = close;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> batch) {
    if (!last.isDone() || buffer.bytes().length > MOST_BYTES_KEPT) {
      buffer = new ProtoBuffer(USUAL_BYTES);
      encoder = new SpanEncoder(buffer);
    }
    buffer.clear();
    encoder.encode(batch);
    last = send.export(new Message(buffer.bytes(), buffer.length()), batch.size());
    return last;
  }

  @Override
  public void close() {
    close.run();
  }

  /** What the exporters take, though it is bytes already. */
  private static final class Message extends Marshaler implements MessageWriter {
    private final byte[] bytes;
    private final int length;

    Message(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
    }

    @Override
    public MessageWriter toBinaryMessageWriter() {
      return this;
    }

    @Override
    public void writeMessage(OutputStream output) throws IOException {
      output.write(bytes, 0, length);
    }

    @Override
    public int getContentLength() {
      return length;
    }

    @Override
    public int getBinarySerializedSize() {
      return length;
    }

    @Override
    protected void writeTo(Serializer output) {
      throw new UnsupportedOperationException("written as a whole");
    }
  }
}

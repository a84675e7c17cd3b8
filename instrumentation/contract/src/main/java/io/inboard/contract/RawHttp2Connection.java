// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One HTTP/2 connection over mutual TLS, frame by frame under the test's control (RFC 9113): what a
 * client library would never do at a chosen moment. Not for several threads.
 */
public final class RawHttp2Connection implements Closeable {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;

  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int CANCEL = 8;

  private final RawConnection wire;
  private int lastStream = -1;

  /** Of the response that was read last: head, data and trailers. */
  private int frames;

  private RawHttp2Connection(RawConnection wire) {
    this.wire = wire;
  }

  /** Connects, shakes hands and exchanges settings; windows are as large as they can be. */
  public static RawHttp2Connection connect(int port, Workload client) throws IOException {
    RawConnection wire = RawConnection.tls(port, client, "h2");
    RawHttp2Connection connection = new RawHttp2Connection(wire);
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    first.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    // SETTINGS_INITIAL_WINDOW_SIZE
    first.writeBytes(
        frame(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) 4).putInt(1 << 30).array()));
    first.writeBytes(frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(1 << 30).array()));
    wire.send(first.toByteArray());
    return connection;
  }

  /**
   * Sends a GET in a stream of its own.
   *
   * @param scheme for {@code :scheme}
   * @return the stream
   */
  public int get(String path, String scheme) throws IOException {
    lastStream += 2;
    byte[] block = head(0x82, path, scheme);
    wire.send(frame(HEADERS, END_STREAM | END_HEADERS, lastStream, block));
    return lastStream;
  }

  /**
   * Sends a POST of three bytes in a stream of its own, and headers behind them.
   *
   * @param scheme for {@code :scheme}
   * @param trailers by their names, in lower case
   * @return the stream
   */
  public int postWithTrailers(String path, String scheme, Map<String, String> trailers)
      throws IOException {
    lastStream += 2;
    wire.send(frame(HEADERS, END_HEADERS, lastStream, head(0x83, path, scheme)));
    wire.send(frame(DATA, 0, lastStream, new byte[3]));
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    trailers.forEach(
        (name, value) -> {
          // A new name (RFC 7541 section 6.2.2).
          literal(block, 0, name);
          text(block, value);
        });
    wire.send(frame(HEADERS, END_STREAM | END_HEADERS, lastStream, block.toByteArray()));
    return lastStream;
  }

  /**
   * Sends a call of gRPC with one empty message in a stream of its own.
   *
   * @param scheme for {@code :scheme}
   * @return the stream
   */
  public int callOfGrpc(String path, String scheme) throws IOException {
    lastStream += 2;
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(head(0x83, path, scheme));
    literal(block, 0, "content-type");
    text(block, "application/grpc");
    wire.send(frame(HEADERS, END_HEADERS, lastStream, block.toByteArray()));
    wire.send(frame(DATA, END_STREAM, lastStream, new byte[5]));
    return lastStream;
  }

  /** Whether a response, once it has come, was nothing but the frame of its head. */
  public boolean isHeadOnly(int stream) throws IOException {
    untilEnded(stream);
    return frames == 1;
  }

  /**
   * @param method of HPACK's static table: 0x82 is GET, 0x83 is POST
   */
  private static byte[] head(int method, String path, String scheme) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    // Literals without indexing for :scheme (6), :path (4) and :authority (1); RFC 7541 section
    // 6.2.2.
    block.write(method);
    literal(block, 6, scheme);
    literal(block, 4, path);
    literal(block, 1, "localhost");
    return block.toByteArray();
  }

  private static void literal(ByteArrayOutputStream block, int name, String value) {
    block.write(name);
    text(block, value);
  }

  private static void text(ByteArrayOutputStream block, String value) {
    block.write(value.length());
    block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Reads until a stream has ended.
   *
   * @return the byte that tells the response's status: 0x88 is HPACK's {@code :status: 200}
   * @throws IOException if it was reset, or the connection has ended
   */
  public int untilEnded(int stream) throws IOException {
    return untilEnded(stream, new ByteArrayOutputStream());
  }

  /**
   * Reads until a stream has ended; answers the body of its response.
   *
   * @throws IOException if it was reset, or the connection has ended
   */
  public String bodyOf(int stream) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    untilEnded(stream, body);
    return body.toString(StandardCharsets.UTF_8);
  }

  private int untilEnded(int stream, ByteArrayOutputStream body) throws IOException {
    int status = 0;
    frames = 0;
    while (true) {
      ByteBuffer head = ByteBuffer.wrap(wire.exactly(9));
      int length = head.getInt(0) >>> 8;
      int type = head.get(3);
      int flags = head.get(4);
      int of = head.getInt(5);
      byte[] payload = wire.exactly(length);
      if (type == SETTINGS && (flags & ACK) == 0) {
        wire.send(frame(SETTINGS, ACK, 0, new byte[0]));
      }
      if (type == GOAWAY || (type == RST_STREAM && of == stream)) {
        throw new IOException("frame " + type + " of stream " + of);
      }
      if (of != stream || (type != DATA && type != HEADERS)) {
        continue;
      }
      frames++;
      if (type == HEADERS && status == 0) {
        status = firstField(payload);
      }
      if (type == DATA) {
        body.writeBytes(payload);
      }
      if ((flags & END_STREAM) != 0) {
        return status;
      }
    }
  }

  /** Behind updates of the dynamic table's size (RFC 7541 section 6.3). */
  private static int firstField(byte[] block) {
    int at = 0;
    while ((block[at] & 0xe0) == 0x20) {
      if ((block[at++] & 0x1f) == 0x1f) {
        while ((block[at++] & 0x80) != 0) {
          // The rest of an integer.
        }
      }
    }
    return block[at] & 0xff;
  }

  /** Says of a stream that nobody waits for it any more. */
  public void cancel(int stream) throws IOException {
    wire.send(frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array()));
  }

  /** Asks for a sign of life, and does not wait for it. */
  public void sendPing() throws IOException {
    wire.send(frame(PING, 0, 0, new byte[8]));
  }

  /** Waits until the server has dealt with every frame that was sent before. */
  public void ping() throws IOException {
    sendPing();
    while (true) {
      ByteBuffer head = ByteBuffer.wrap(wire.exactly(9));
      wire.exactly(head.getInt(0) >>> 8);
      if (head.get(3) == PING && (head.get(4) & ACK) != 0) {
        return;
      }
    }
  }

  /** Waits until the server ends the connection. */
  public void untilClosed() {
    wire.untilClosed();
  }

  /** Says good-bye, and closes. */
  public void goAway() throws IOException {
    wire.send(frame(GOAWAY, 0, 0, new byte[8]));
    wire.close();
  }

  /** Ends the connection with a reset. */
  public void reset() throws IOException {
    wire.reset();
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .putInt(payload.length << 8 | type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}

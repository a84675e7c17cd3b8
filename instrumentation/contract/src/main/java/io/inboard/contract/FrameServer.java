// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * The little of HTTP/2 that it takes to refuse or reset a stream as no ordinary server does on
 * demand (RFC 9113 section 8.7), and to see which streams the client resets. Counts requests, does
 * not decode them. Safe for use by any thread.
 */
public final class FrameServer implements AutoCloseable {
  /** The error code by which a client says that it gives up a stream. */
  public static final int CANCEL = 8;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;
  private static final int INTERNAL_ERROR = 2;
  private static final int REFUSED_STREAM = 7;

  private final SSLServerSocket listener;
  private final Queue<Reply> script = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Integer> resets = new CopyOnWriteArrayList<>();
  private final Queue<Held> held = new ConcurrentLinkedQueue<>();
  private final CountDownLatch headSeen = new CountDownLatch(1);

  public FrameServer(TestIdentity identity) throws IOException {
    listener =
        (SSLServerSocket)
            identity
                .context()
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
    listener.setNeedClientAuth(true);
    SSLParameters parameters = listener.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    listener.setSSLParameters(parameters);
    daemon(this::accept);
  }

  /** What to do with a request. */
  public enum Reply {
    OK,
    /** 503, without a body. */
    UNAVAILABLE,
    /** No frame at all. */
    HANG,
    /** 200 after {@link #release}. */
    HOLD,
    /** The server breaks off this stream alone: RST_STREAM(INTERNAL_ERROR). */
    RESET_STREAM,
    /** A head, and then nothing. */
    HANG_IN_BODY,
    /** A head that says a length, and a body that ends in good order before that. */
    SHORT_BODY,
    REFUSE_STREAM,
    /** 413 with a body, and RST_STREAM(NO_ERROR): the server wants no more of the request. */
    ANSWER_EARLY,
    /** GOAWAY that names no stream as processed, then the end of the connection. */
    GO_AWAY,
    /** The connection is reset without a frame, as by a process that is killed. */
    RESET,
    /** A head; once the client has seen it, the connection is reset. */
    RESET_IN_BODY
  }

  /**
   * What to do with requests, in the order in which they arrive; with all others {@link Reply#OK}.
   */
  public FrameServer answering(Reply... replies) {
    script.addAll(List.of(replies));
    return this;
  }

  private record Held(DataOutputStream out, int stream) {}

  /** Answers what is held. */
  public void release() throws IOException {
    for (Held one = held.poll(); one != null; one = held.poll()) {
      frame(one.out, HEADERS, END_STREAM | END_HEADERS, one.stream, (byte) 0x88);
    }
  }

  /** The client has seen the head that a reset is to follow. */
  public void headSeen() {
    headSeen.countDown();
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  /** How many requests have arrived. */
  public int requests() {
    return requests.get();
  }

  /** How many connections were accepted. */
  public int connections() {
    return connections.get();
  }

  /** The error codes of streams that the client has reset, in order. */
  public List<Integer> resets() {
    return List.copyOf(resets);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        SSLSocket socket = (SSLSocket) listener.accept();
        connections.incrementAndGet();
        daemon(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(SSLSocket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      in.readFully(new byte[24]);
      frame(out, SETTINGS, 0, 0);
      while (true) {
        int lengthAndType = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[lengthAndType >>> 8];
        in.readFully(payload);
        int type = lengthAndType & 0xff;
        if (type == SETTINGS && flags == 0) {
          frame(out, SETTINGS, 1, 0);
        } else if (type == RST_STREAM) {
          resets.add((int) payload[3]);
        } else if (type == HEADERS) {
          requests.incrementAndGet();
          Reply reply = script.poll();
          answer(socket, out, stream, reply == null ? Reply.OK : reply);
        }
      }
    } catch (IOException e) {
      // The client went away: the test sees the rest on its side.
    }
  }

  private void answer(SSLSocket socket, DataOutputStream out, int stream, Reply reply)
      throws IOException {
    // 0x88 is ":status: 200" in HPACK's static table; 0x48 a literal with the name ":status".
    byte[] unavailable = {0x48, 3, '5', '0', '3'};
    switch (reply) {
      case OK -> frame(out, HEADERS, END_STREAM | END_HEADERS, stream, (byte) 0x88);
      case UNAVAILABLE -> frame(out, HEADERS, END_STREAM | END_HEADERS, stream, unavailable);
      case HANG -> {}
      case HOLD -> held.add(new Held(out, stream));
      case RESET_STREAM ->
          frame(out, RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) INTERNAL_ERROR);
      case HANG_IN_BODY -> frame(out, HEADERS, END_HEADERS, stream, (byte) 0x88);
      case SHORT_BODY -> {
        // 0x0f 0x0d is a literal with the name "content-length".
        frame(
            out,
            HEADERS,
            END_HEADERS,
            stream,
            (byte) 0x88,
            (byte) 0x0f,
            (byte) 0x0d,
            (byte) 1,
            (byte) '9');
        frame(out, DATA, END_STREAM, stream, (byte) 'a');
      }
      case ANSWER_EARLY -> {
        frame(
            out,
            HEADERS,
            END_HEADERS,
            stream,
            (byte) 0x48,
            (byte) 3,
            (byte) '4',
            (byte) '1',
            (byte) '3');
        frame(out, DATA, END_STREAM, stream, (byte) 'a');
        frame(out, RST_STREAM, 0, stream, new byte[4]);
      }
      case REFUSE_STREAM ->
          frame(out, RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) REFUSED_STREAM);
      case GO_AWAY -> frame(out, GOAWAY, 0, 0, new byte[8]);
      case RESET -> reset(socket);
      case RESET_IN_BODY -> {
        frame(out, HEADERS, END_HEADERS, stream, (byte) 0x88);
        frame(out, DATA, 0, stream, (byte) 'a');
        awaitHeadSeen();
        reset(socket);
      }
    }
  }

  private void awaitHeadSeen() throws IOException {
    try {
      if (!headSeen.await(20, TimeUnit.SECONDS)) {
        throw new IOException("the client never saw the head");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void reset(SSLSocket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
    throw new IOException("reset");
  }

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte... payload)
      throws IOException {
    synchronized (out) {
      out.writeInt(payload.length << 8 | type);
      out.writeByte(flags);
      out.writeInt(stream);
      out.write(payload);
      out.flush();
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "frame-server");
    thread.setDaemon(true);
    thread.start();
  }
}

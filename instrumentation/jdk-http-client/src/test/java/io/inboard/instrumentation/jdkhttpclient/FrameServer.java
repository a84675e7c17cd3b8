// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.contract.TestIdentity;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * The little of HTTP/2 that it takes to refuse a stream as no ordinary server does on demand (RFC
 * 9113 section 8.7). Counts requests, does not decode them.
 */
final class FrameServer implements AutoCloseable {
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int END_STREAM_AND_HEADERS = 0x5;
  private static final int REFUSED_STREAM = 7;

  private final SSLServerSocket listener;
  private final Queue<Reply> script = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();

  FrameServer(TestIdentity identity) throws IOException {
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
  enum Reply {
    OK,
    REFUSE_STREAM,
    /** GOAWAY that names no stream as processed, then the end of the connection. */
    GO_AWAY
  }

  FrameServer answering(Reply... replies) {
    script.addAll(List.of(replies));
    return this;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        SSLSocket socket = (SSLSocket) listener.accept();
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
        in.readFully(new byte[lengthAndType >>> 8]);
        int type = lengthAndType & 0xff;
        if (type == SETTINGS && flags == 0) {
          frame(out, SETTINGS, 1, 0);
        } else if (type == HEADERS) {
          requests.incrementAndGet();
          Reply reply = script.poll();
          answer(out, stream, reply == null ? Reply.OK : reply);
        }
      }
    } catch (IOException e) {
      // The client went away: the test sees the rest on its side.
    }
  }

  private static void answer(DataOutputStream out, int stream, Reply reply) throws IOException {
    switch (reply) {
      // 0x88 is ":status: 200" in HPACK's static table.
      case OK -> frame(out, HEADERS, END_STREAM_AND_HEADERS, stream, (byte) 0x88);
      case REFUSE_STREAM ->
          frame(out, RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) REFUSED_STREAM);
      case GO_AWAY -> frame(out, GOAWAY, 0, 0, new byte[8]);
    }
  }

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte... payload)
      throws IOException {
    out.writeInt(payload.length << 8 | type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
    out.flush();
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "frame-server");
    thread.setDaemon(true);
    thread.start();
  }
}

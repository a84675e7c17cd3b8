// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.InboundTls;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * A server on loopback that drives our server engine as a library would: it shakes hands, reads one
 * byte, and answers {@code PEER ALPN} and a newline.
 */
final class TestServer implements AutoCloseable {
  private final ServerSocketChannel listener;
  private final InboundTls tls;
  private final List<String> protocols;

  /** What each connection came to: {@code ok PEER ALPN} or {@code failed REASON MESSAGE}. */
  private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();

  TestServer(InboundTls tls, String... protocols) throws IOException {
    this.tls = tls;
    this.protocols = List.of(protocols);
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread acceptor = new Thread(this::accept, "test-server");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  int port() {
    return listener.socket().getLocalPort();
  }

  String outcome() throws InterruptedException {
    String outcome = outcomes.poll(20, TimeUnit.SECONDS);
    return outcome == null ? "nothing happened" : outcome;
  }

  private void accept() {
    while (true) {
      try (SocketChannel connection = listener.accept()) {
        connection.socket().setSoTimeout(10_000);
        try {
          outcomes.add("ok " + new Session(connection, tls.engine(protocols)).serve());
        } catch (IOException | RuntimeException e) {
          outcomes.add("failed " + Refusal.of(e) + " " + e.getMessage());
        }
      } catch (IOException e) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** A blocking pump around an engine. */
  private final class Session {
    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 16);
    private final ByteBuffer out = ByteBuffer.allocate(1 << 16);
    private final ByteBuffer plain = ByteBuffer.allocate(1 << 16);

    Session(SocketChannel channel, SSLEngine engine) {
      this.channel = channel;
      this.engine = engine;
      in.flip();
    }

    String serve() throws IOException {
      try {
        engine.beginHandshake();
        while (plain.position() == 0) {
          step();
        }
        String peer = tls.peer(engine.getSession()).map(PeerIdentity::id).orElse("nobody");
        String answer = peer + " " + engine.getApplicationProtocol();
        write(ByteBuffer.wrap((answer + "\n").getBytes(StandardCharsets.US_ASCII)));
        return answer;
      } finally {
        engine.closeOutbound();
        try {
          write(ByteBuffer.allocate(0));
        } catch (IOException e) {
          // The connection is gone; what led here is told.
        }
      }
    }

    private void step() throws IOException {
      switch (engine.getHandshakeStatus()) {
        case NEED_WRAP -> write(ByteBuffer.allocate(0));
        case NEED_TASK -> {
          for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
            task.run();
          }
        }
        default -> read();
      }
    }

    private void read() throws IOException {
      Status status = engine.unwrap(in, plain).getStatus();
      if (status == Status.CLOSED) {
        throw new SSLException("closed by the peer");
      }
      if (status == Status.BUFFER_UNDERFLOW) {
        in.compact();
        if (channel.read(in) < 0) {
          throw new EOFException("the peer went away");
        }
        in.flip();
      }
    }

    private void write(ByteBuffer source) throws IOException {
      do {
        out.clear();
        engine.wrap(source, out);
        out.flip();
        while (out.hasRemaining()) {
          channel.write(out);
        }
      } while (source.hasRemaining() || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** One connection at a time, and the request on it. Not thread-safe; the drive guards it. */
final class Connection {
  private static final int CONNECT_MILLIS = 5_000;

  final ResponseReader answer = new ResponseReader();
  private final InetSocketAddress address;
  private final Selector selector;
  private final ByteBuffer request;
  private SocketChannel channel;

  /** A request is on its way. */
  boolean busy;

  /** Since when its time counts. */
  long due;

  /** Of one that could not be made: when to try again. */
  long restsUntil;

  Connection(InetSocketAddress address, Selector selector, ByteBuffer request) {
    this.address = address;
    this.selector = selector;
    this.request = request.duplicate();
  }

  /** Before the run: waits until it is there. */
  void open() throws IOException {
    channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.socket().connect(address, CONNECT_MILLIS);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** During the run. True when it is there at once; otherwise the selector will tell. */
  boolean reopen() throws IOException {
    close();
    channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    boolean there = channel.connect(address);
    channel.register(selector, there ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
    return there;
  }

  void finishConnect(SelectionKey key) throws IOException {
    channel.finishConnect();
    key.interestOps(SelectionKey.OP_READ);
  }

  void send(long since) throws IOException {
    due = since;
    busy = true;
    answer.reset();
    request.rewind();
    channel.write(request);
    if (request.hasRemaining()) {
      throw new IOException("the request does not fit into the socket's buffer");
    }
  }

  int read(ByteBuffer buffer) throws IOException {
    return channel.read(buffer);
  }

  void close() {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}

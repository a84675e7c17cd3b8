// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import javax.net.ssl.SSLSocket;

/**
 * The streams of a {@link SecuredSocket}. TLS takes the end of a connection that this side has
 * closed for the end of what the peer says; a socket throws there, so that nobody takes half a body
 * for a whole one. One thread reads and one writes at a time, as with a socket; any may close.
 */
final class SecuredStreams {
  private final SSLSocket secured;
  private final SecuredSocket socket;

  /** Written by the thread that writes. */
  private volatile boolean writing;

  SecuredStreams(SSLSocket secured, SecuredSocket socket) {
    this.secured = secured;
    this.socket = socket;
  }

  /** Whether a write is under way, which may wait for the peer to read. Any thread. */
  boolean isWriting() {
    return writing;
  }

  InputStream input() throws IOException {
    return new Input(secured.getInputStream());
  }

  OutputStream output() throws IOException {
    return new Output(secured.getOutputStream());
  }

  private void check() throws SocketException {
    if (socket.isClosedHere()) {
      throw new SocketException("Socket closed");
    }
  }

  private final class Input extends InputStream {
    private final InputStream own;

    Input(InputStream own) {
      this.own = own;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      check();
      int read;
      try {
        read = own.read(bytes, offset, length);
      } catch (IOException e) {
        check();
        throw e;
      }
      if (read < 0) {
        check();
      }
      return read;
    }

    @Override
    public int available() throws IOException {
      check();
      return own.available();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private final class Output extends OutputStream {
    private final OutputStream own;

    Output(OutputStream own) {
      this.own = own;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      // Before it looks: who closes looks at this afterwards.
      writing = true;
      try {
        check();
        own.write(bytes, offset, length);
      } finally {
        writing = false;
      }
    }

    @Override
    public void flush() throws IOException {
      own.flush();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}

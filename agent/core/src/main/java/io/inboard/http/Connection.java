// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** One connection, for one request after the other. Used by one thread at a time. */
final class Connection implements Closeable {
  /** What a read may take that asks whether a server has closed. */
  private static final int PEEK_MILLIS = 1;

  /** The one below TLS: closing it never waits, which closing TLS may. */
  private final Socket raw;

  private final Socket socket;
  private final Output out;
  private final AnswerReader answers;

  /** How the request line names what is asked for. */
  private final String target;

  private final String host;

  /**
   * @param raw connected
   * @param socket the same, or TLS over it
   */
  Connection(Socket raw, Socket socket, String target, String host) throws IOException {
    this.raw = raw;
    this.socket = socket;
    this.target = target;
    this.host = host;
    this.out = new Output(socket.getOutputStream());
    this.answers = new AnswerReader(socket.getInputStream());
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws IllegalArgumentException before anything is sent, see {@link HttpRequest#head}
   */
  HttpAnswer exchange(HttpRequest request, long maxBody) throws IOException {
    answers.next();
    String head = request.head(target, host);
    try {
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.expect(request.body().length());
      request.body().writeTo(out);
      out.end();
    } catch (IOException e) {
      return refusal(maxBody, e);
    }
    return answers.read(maxBody);
  }

  /** A server may answer before it has read all, a body that is too large, say, and close. */
  private HttpAnswer refusal(long maxBody, IOException unsent) throws IOException {
    HttpAnswer answer;
    try {
      answer = answers.read(maxBody);
    } catch (IOException e) {
      unsent.addSuppressed(e);
      throw unsent;
    }
    close();
    return answer;
  }

  /** Whether the last exchange has left it open for another one. */
  boolean isReusable() {
    return answers.reusable() && !answers.isAhead() && !raw.isClosed();
  }

  /** Whether anything came back in the last exchange. */
  boolean answered() {
    return answers.begun();
  }

  /** Whether the server has kept it open, too. Takes a millisecond. */
  boolean isAlive() {
    if (raw.isClosed()) {
      return false;
    }
    try {
      int before = socket.getSoTimeout();
      socket.setSoTimeout(PEEK_MILLIS);
      try {
        socket.getInputStream().read();
        return false; // Its end, or something that nobody has asked for.
      } catch (SocketTimeoutException e) {
        return true;
      } finally {
        socket.setSoTimeout(before);
      }
    } catch (IOException e) {
      return false;
    }
  }

  void guardedBy(Deadline deadline) throws IOException {
    deadline.guard(raw);
  }

  /** Ends it at once, without a farewell of TLS, which might wait for the peer. */
  @Override
  public void close() {
    Deadline.closeQuietly(raw);
  }

  /** Gathers small writes; counts the body's, which must be as long as the head says. */
  private static final class Output extends OutputStream {
    private final OutputStream out;
    private final byte[] buffer = new byte[8192];
    private int size;
    private long bodyLeft;

    Output(OutputStream out) {
      this.out = out;
    }

    void expect(int length) {
      bodyLeft = length;
    }

    @Override
    public void write(int b) throws IOException {
      if (size == buffer.length) {
        pass();
      }
      buffer[size++] = (byte) b;
      bodyLeft--;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > buffer.length - size) {
        pass();
      }
      if (length > buffer.length) {
        out.write(bytes, offset, length);
      } else {
        System.arraycopy(bytes, offset, buffer, size, length);
        size += length;
      }
      bodyLeft -= length;
    }

    private void pass() throws IOException {
      out.write(buffer, 0, size);
      size = 0;
    }

    void end() throws IOException {
      if (bodyLeft != 0) {
        throw new IllegalStateException("the body is not as long as it said");
      }
      pass();
      out.flush();
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * An HTTP/1.1 server in the same JVM that answers 200 to whatever comes, and allocates nothing
 * meanwhile: JMH counts what all threads allocate.
 */
public final class Loopback implements Closeable {
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
          .getBytes(US_ASCII);
  private static final byte[] LENGTH = "content-length:".getBytes(US_ASCII);

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

  /** Serves until it is closed, on daemon threads. */
  public Loopback() throws IOException {
    daemon(this::accept);
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "benchmark-loopback");
    thread.setDaemon(true);
    thread.start();
  }

  /** Without a slash at the end. */
  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        daemon(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private static void serve(Socket socket) {
    byte[] buffer = new byte[1 << 16];
    try (socket) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      int held = 0;
      while (true) {
        int head = endOfHead(buffer, held);
        if (head > 0) {
          int left = head + contentLength(buffer, head) - held;
          while (left > 0) {
            int n = in.read(buffer, 0, Math.min(left, buffer.length));
            if (n < 0) {
              return;
            }
            left -= n;
          }
          out.write(ANSWER);
          held = 0; // One request after the other: nobody who is served here sends ahead.
        } else {
          int n = in.read(buffer, held, buffer.length - held);
          if (n <= 0) {
            return;
          }
          held += n;
        }
      }
    } catch (IOException gone) {
      // The client's matter.
    }
  }

  /** After the empty line; 0: not there yet. */
  private static int endOfHead(byte[] buffer, int length) {
    for (int i = 3; i < length; i++) {
      if (buffer[i] == '\n' && buffer[i - 2] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  private static int contentLength(byte[] buffer, int head) {
    for (int i = 0; i + LENGTH.length < head; i++) {
      int same = 0;
      while (same < LENGTH.length && (buffer[i + same] | 0x20) == (LENGTH[same] | 0x20)) {
        same++;
      }
      if (same == LENGTH.length) {
        int value = 0;
        for (int at = i + same; buffer[at] != '\r'; at++) {
          if (buffer[at] != ' ') {
            value = value * 10 + buffer[at] - '0';
          }
        }
        return value;
      }
    }
    return 0;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}

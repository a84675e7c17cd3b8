// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a {@link TestServer} does with one request. */
@FunctionalInterface
public interface Answer {
  /** 200 with a short body; the connection stays open. */
  Answer OK = status(200);

  /** Reads the request and closes without a byte of an answer. */
  Answer CLOSE = TestServer.Connection::close;

  /** Reads the request and resets the connection. */
  Answer RESET = TestServer.Connection::reset;

  /** Reads the request and stays silent until the client goes away. */
  Answer HANG = TestServer.Connection::awaitClient;

  /** Promises ten bytes, sends three, closes. */
  Answer TRUNCATED =
      connection -> {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        connection.close();
      };

  /** Sends a head and a part of the body, then stays silent until the client goes away. */
  Answer HANG_IN_BODY =
      connection -> {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        connection.awaitClient();
      };

  /** Answers well, says nothing of closing, and closes: what a keep-alive client runs into. */
  Answer OK_THEN_CLOSE =
      connection -> {
        OK.to(connection);
        connection.close();
      };

  void to(TestServer.Connection connection) throws IOException;

  /** A status with its number as the body. */
  static Answer status(int status) {
    return status(status, "answer " + status);
  }

  static Answer status(int status, String body) {
    return connection ->
        connection.write(
            "HTTP/1.1 "
                + status
                + " Scripted\r\nContent-Type: text/plain\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length
                + "\r\n\r\n"
                + body);
  }

  /** A redirect. */
  static Answer redirect(int status, String location) {
    return connection ->
        connection.write(
            "HTTP/1.1 "
                + status
                + " Elsewhere\r\nLocation: "
                + location
                + "\r\nContent-Length: 0\r\n\r\n");
  }

  /** The same, once the latch opens. */
  default Answer after(CountDownLatch latch) {
    return connection -> {
      try {
        if (!latch.await(30, TimeUnit.SECONDS)) {
          throw new IOException("the test never opened the latch");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      to(connection);
    };
  }
}

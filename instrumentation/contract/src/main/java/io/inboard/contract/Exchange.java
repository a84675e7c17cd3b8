// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** One request in the words of {@link SampleApplication}; a server's subclass translates. */
public interface Exchange {
  /** The path, without the query. */
  String path();

  /** All values of a header; empty if it is absent. */
  List<String> headers(String name);

  /** The request's body. */
  InputStream body() throws IOException;

  /** Sets a header of the response, before it begins. */
  void header(String name, String value);

  /**
   * Begins the response, before its body.
   *
   * @param length of the body in bytes; -1: unknown, so it is streamed in chunks
   * @return where the body goes; the application closes it
   */
  OutputStream respond(int status, long length) throws IOException;

  /** Answers with a file, by the fastest way that the server has (sendfile). */
  default void respondFile(File file) throws IOException {
    try (OutputStream out = respond(200, file.length());
        InputStream in = new java.io.FileInputStream(file)) {
      in.transferTo(out);
    }
  }

  /**
   * Releases the server's thread, then runs the rest on another one, which answers and thereby
   * completes the exchange.
   */
  void async(Rest rest) throws IOException;

  /** What an asynchronous handler does later. */
  @FunctionalInterface
  interface Rest {
    void run(Exchange exchange) throws IOException;
  }
}

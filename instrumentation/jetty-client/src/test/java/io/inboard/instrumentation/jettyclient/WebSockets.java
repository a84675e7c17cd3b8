// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** What an application does with Jetty's WebSocket client, in whichever version. */
interface WebSockets extends AutoCloseable {
  /** Opens one; what it hears is said in words that are the same for all versions. */
  Session open(URI uri, BlockingQueue<String> heard) throws Exception;

  @Override
  void close() throws Exception;

  /** An open one. */
  interface Session {
    void text(String text) throws Exception;

    void binary(byte[] bytes) throws Exception;

    void close(int code, String reason) throws Exception;
  }

  /**
   * @param tls for addresses that say wss
   */
  static WebSockets start(SslContextFactory.Client tls) throws Exception {
    return Application.is12() ? new NewWebSockets(tls) : new OldWebSockets(tls);
  }

  static String next(BlockingQueue<String> heard) throws InterruptedException {
    return heard.poll(20, TimeUnit.SECONDS);
  }

  /** What an application hears of one, from its opening to its end. */
  static List<String> conversation(URI uri, SslContextFactory.Client tls) throws Exception {
    try (WebSockets client = start(tls)) {
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      Session session = client.open(uri, heard);
      List<String> all = new ArrayList<>();
      all.add(next(heard));
      session.text("h\u00e9llo");
      all.add(next(heard));
      session.binary(new byte[30_000]);
      all.add(next(heard));
      session.close(4001, "enough");
      all.add(next(heard));
      return all;
    }
  }
}

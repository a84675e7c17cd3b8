// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The JDK's server with so many workers, each busy for a fixed time with a request: its capacity is
 * their quotient. Requests wait for a worker in their order, also those that nobody waits for any
 * more. Arguments: port, workers, milliseconds. {@code /work}; {@code /served}, how many it did.
 */
public final class CapacityServer {
  /** So many requests can wait inside; as many as a generous thread pool lets in. */
  private static final int THREADS = 400;

  private CapacityServer() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    Semaphore workers = new Semaphore(Integer.parseInt(arguments[1]), true);
    long millis = Long.parseLong(arguments[2]);
    AtomicLong served = new AtomicLong();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 1000);
    server.setExecutor(Executors.newFixedThreadPool(THREADS));
    server.createContext(
        "/work",
        exchange -> {
          workers.acquireUninterruptibly();
          try {
            Thread.sleep(millis);
          } catch (InterruptedException e) {
            throw new IOException(e);
          } finally {
            workers.release();
          }
          served.incrementAndGet();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.createContext(
        "/served",
        exchange -> {
          byte[] body = ("" + served.get()).getBytes();
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    System.out.println("capacity server listens on " + port);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * A sample service of {@code java -jar inboard.jar demo}: plain HTTP with what the JDK brings. It
 * knows nothing of Inboard. A file named {@code maintenance} in its directory makes it answer 503,
 * one named {@code slow} makes it take its time.
 */
public final class Payments {
  private Payments() {}

  /** Listens on a free loopback port and says which. */
  public static void main(String[] arguments) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/pay/",
        exchange -> {
          if (new File("slow").exists()) {
            pause(1500);
          }
          boolean closed = new File("maintenance").exists();
          byte[] body =
              (closed ? "closed for maintenance" : "paid by " + arguments[0])
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(closed ? 503 : 200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    System.out.println("listening on " + server.getAddress().getPort());
    while (System.in.read() >= 0) {
      // Runs until the process that started it ends.
    }
    System.exit(0);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

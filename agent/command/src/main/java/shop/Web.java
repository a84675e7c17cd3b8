// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * A sample service of {@code java -jar inboard.jar demo}: takes orders and has them paid. It knows
 * nothing of Inboard: it calls {@code http://payments:8080}, in the clear, a name that no DNS
 * knows, and has neither a timeout nor a retry of its own.
 */
public final class Web {
  private Web() {}

  /** Listens on a free loopback port and says which. */
  public static void main(String[] arguments) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/order/", Web::order);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    System.out.println("listening on " + server.getAddress().getPort());
    while (System.in.read() >= 0) {
      // Runs until the process that started it ends.
    }
    System.exit(0);
  }

  private static void order(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String number = path.substring(path.lastIndexOf('/') + 1);
    int status;
    byte[] body;
    try {
      HttpURLConnection payment =
          (HttpURLConnection) new URL("http://payments:8080/pay/" + number).openConnection();
      status = payment.getResponseCode();
      try (InputStream in = status < 400 ? payment.getInputStream() : payment.getErrorStream()) {
        body = in.readAllBytes();
      }
    } catch (IOException e) {
      status = 502;
      body = ("not paid: " + e.getMessage()).getBytes(StandardCharsets.UTF_8);
    }
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }
}

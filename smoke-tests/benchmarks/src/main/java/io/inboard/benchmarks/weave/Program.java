// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/**
 * The program that is started with either agent. Says when it reached main; at a line of input
 * serves itself one request, which weaves the JDK's HTTP client and server; says so.
 */
final class Program {
  static final String REACHED_MAIN = "main";
  static final String USED = "used";

  private Program() {}

  public static void main(String[] arguments) throws Exception {
    System.out.println(REACHED_MAIN);
    System.in.read();
    use();
    System.out.println(USED);
    System.in.read();
    System.out.println(arguments.length == 0 ? 0 : Around.ENTERED.get());
    Runtime.getRuntime().halt(0);
  }

  private static void use() throws IOException, InterruptedException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    int status =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
            .statusCode();
    if (status != 204) {
      throw new IllegalStateException("answered " + status);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.plain;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/**
 * The JDK's server and clients. Arguments: port, name. {@code /hello}, {@code /headers}, {@code
 * /call?url=&client=url-connection|jdk}, {@code /exit}.
 */
public final class PlainService {
  private static final HttpClient JDK = HttpClient.newHttpClient();

  private PlainService() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    String name = arguments[1];
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/hello", e -> answer(e, 200, "hello from " + name));
    server.createContext("/headers", e -> answer(e, 200, headers(e).toString()));
    server.createContext("/call", PlainService::call);
    server.createContext(
        "/exit",
        e -> {
          answer(e, 200, "bye");
          new Thread(() -> System.exit(0)).start();
        });
    server.start();
    System.out.println(name + " listens on " + port);
  }

  private static void call(HttpExchange exchange) throws IOException {
    Map<String, String> query = query(exchange.getRequestURI());
    try {
      URI uri = URI.create(query.get("url"));
      if (query.getOrDefault("client", "jdk").equals("jdk")) {
        var response = JDK.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        answer(exchange, response.statusCode(), response.body());
      } else {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        int status = connection.getResponseCode();
        try (InputStream in =
            status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
          answer(exchange, status, in == null ? "" : new String(in.readAllBytes(), UTF_8));
        }
      }
    } catch (Exception e) {
      answer(exchange, 502, e.toString());
    }
  }

  private static Map<String, String> headers(HttpExchange exchange) {
    Map<String, String> all = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach((key, values) -> all.put(key.toLowerCase(), String.join(",", values)));
    return all;
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> all = new TreeMap<>();
    for (String pair : uri.getRawQuery().split("&")) {
      String[] sides = pair.split("=", 2);
      all.put(sides[0], URLDecoder.decode(sides[1], UTF_8));
    }
    return all;
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}

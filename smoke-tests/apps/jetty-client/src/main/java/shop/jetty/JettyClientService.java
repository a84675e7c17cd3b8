// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.jetty;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;

/**
 * Calls others by Jetty's HTTP client. Arguments: port, name. {@code
 * /call?url=&client=jetty|jetty-async&method=&body=}
 */
public final class JettyClientService {
  private static final HttpClient CLIENT = new HttpClient();

  private JettyClientService() {}

  public static void main(String[] arguments) throws Exception {
    CLIENT.start();
    int port = Integer.parseInt(arguments[0]);
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/call", JettyClientService::call);
    server.start();
    System.out.println(arguments[1] + " listens on " + port);
  }

  private static void call(HttpExchange exchange) throws IOException {
    Map<String, String> query = new TreeMap<>();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] sides = pair.split("=", 2);
      query.put(sides[0], URLDecoder.decode(sides[1], UTF_8));
    }
    Request request =
        CLIENT.newRequest(query.get("url")).method(query.getOrDefault("method", "GET"));
    String body = query.get("body");
    if (body != null) {
      request.body(new StringRequestContent("text/plain", body));
    }
    try {
      ContentResponse response =
          query.get("client").equals("jetty-async")
              ? new CompletableResponseListener(request).send().get()
              : request.send();
      answer(exchange, response.getStatus(), response.getContent());
    } catch (Exception e) {
      answer(exchange, 502, e.toString().getBytes(UTF_8));
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] content) throws IOException {
    byte[] body = content == null ? new byte[0] : content;
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.apache4;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.apache.http.HttpResponse;
import org.apache.http.client.HttpClient;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.entity.ContentType;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.DefaultHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.util.EntityUtils;

/**
 * Calls others by Apache HttpClient 4. Arguments: port, name. {@code
 * /call?url=&client=apache4|apache4-minimal|apache4-legacy&method=&body=}
 */
public final class Apache4Service {
  private static final HttpClient USUAL = HttpClients.createDefault();
  private static final HttpClient MINIMAL = HttpClients.createMinimal();

  private Apache4Service() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/call", Apache4Service::call);
    server.start();
    System.out.println(arguments[1] + " listens on " + port);
  }

  private static void call(HttpExchange exchange) throws IOException {
    Map<String, String> query = new TreeMap<>();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] sides = pair.split("=", 2);
      query.put(sides[0], URLDecoder.decode(sides[1], UTF_8));
    }
    RequestBuilder builder =
        RequestBuilder.create(query.getOrDefault("method", "GET")).setUri(query.get("url"));
    if (query.containsKey("body")) {
      builder.setEntity(new StringEntity(query.get("body"), ContentType.TEXT_PLAIN));
    }
    HttpUriRequest request = builder.build();
    try {
      client(query.get("client")).execute(request, response -> answer(exchange, response));
    } catch (IOException e) {
      answer(exchange, 502, e.toString().getBytes(UTF_8));
    }
  }

  /** One of the style of 4.2 has a connection of its own, and serves one call. */
  @SuppressWarnings("deprecation")
  private static HttpClient client(String name) {
    return switch (name) {
      case "apache4-minimal" -> MINIMAL;
      case "apache4-legacy" -> new DefaultHttpClient();
      default -> USUAL;
    };
  }

  private static Object answer(HttpExchange exchange, HttpResponse response) throws IOException {
    byte[] body =
        response.getEntity() == null ? new byte[0] : EntityUtils.toByteArray(response.getEntity());
    answer(exchange, response.getStatusLine().getStatusCode(), body);
    return "answered";
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}

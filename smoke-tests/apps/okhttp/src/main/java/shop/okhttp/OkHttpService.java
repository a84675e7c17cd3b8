// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.okhttp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Calls others by OkHttp. Arguments: port, name. {@code
 * /call?url=&client=okhttp|okhttp-async&method=&body=}
 */
public final class OkHttpService {
  private static final OkHttpClient CLIENT = new OkHttpClient();

  private OkHttpService() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/call", OkHttpService::call);
    server.start();
    System.out.println(arguments[1] + " listens on " + port);
  }

  private static void call(HttpExchange exchange) throws IOException {
    Map<String, String> query = new TreeMap<>();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] sides = pair.split("=", 2);
      query.put(sides[0], URLDecoder.decode(sides[1], UTF_8));
    }
    String text = query.get("body");
    RequestBody body = text == null ? null : RequestBody.create(text, MediaType.get("text/plain"));
    Request request =
        new Request.Builder()
            .url(query.get("url"))
            .method(query.getOrDefault("method", "GET"), body)
            .build();
    try (Response response =
        query.get("client").equals("okhttp-async")
            ? async(CLIENT.newCall(request)).get()
            : CLIENT.newCall(request).execute()) {
      answer(exchange, response.code(), response.body().bytes());
    } catch (Exception e) {
      answer(exchange, 502, e.toString().getBytes(UTF_8));
    }
  }

  private static CompletableFuture<Response> async(Call call) {
    CompletableFuture<Response> future = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            future.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call answered, Response response) {
            future.complete(response);
          }
        });
    return future;
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}

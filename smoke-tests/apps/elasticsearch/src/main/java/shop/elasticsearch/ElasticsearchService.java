// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHost;
import org.apache.http.HttpResponse;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.client.utils.URIUtils;
import org.apache.http.entity.ContentType;
import org.apache.http.impl.nio.client.CloseableHttpAsyncClient;
import org.apache.http.impl.nio.client.HttpAsyncClients;
import org.apache.http.nio.client.HttpAsyncClient;
import org.apache.http.nio.entity.NStringEntity;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.ResponseListener;
import org.elasticsearch.client.RestClient;

/**
 * Calls others by the low-level client of Elasticsearch, and by what it is built on. Arguments:
 * port, name. {@code /call?url=&client=elasticsearch|elasticsearch-async|httpasyncclient|
 * httpasyncclient-minimal&method=&body=&nodes=}; nodes: the URLs of a cluster, with commas.
 */
public final class ElasticsearchService {
  private static final Map<String, RestClient> CLUSTERS = new ConcurrentHashMap<>();
  private static final HttpAsyncClient USUAL = started(HttpAsyncClients.createDefault());
  private static final HttpAsyncClient MINIMAL = started(HttpAsyncClients.createMinimal());

  private ElasticsearchService() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/call", ElasticsearchService::call);
    server.start();
    System.out.println(arguments[1] + " listens on " + port);
  }

  private static HttpAsyncClient started(CloseableHttpAsyncClient client) {
    client.start();
    return client;
  }

  private static void call(HttpExchange exchange) throws IOException {
    Map<String, String> query = new TreeMap<>();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] sides = pair.split("=", 2);
      query.put(sides[0], URLDecoder.decode(sides[1], UTF_8));
    }
    try {
      answer(exchange, query);
    } catch (IOException | ExecutionException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      answer(exchange, 502, cause.toString().getBytes(UTF_8));
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void answer(HttpExchange exchange, Map<String, String> query)
      throws IOException, ExecutionException, InterruptedException {
    URI url = URI.create(query.get("url"));
    String client = query.get("client");
    if (client.startsWith("httpasyncclient")) {
      HttpResponse response = byItself(client, url, query);
      answer(exchange, response.getStatusLine().getStatusCode(), response.getEntity());
    } else {
      Response response = byCluster(client, url, query);
      answer(exchange, response.getStatusLine().getStatusCode(), response.getEntity());
    }
  }

  /** The minimal client takes the request as it is. */
  private static HttpResponse byItself(String client, URI url, Map<String, String> query)
      throws ExecutionException, InterruptedException {
    boolean minimal = client.endsWith("minimal");
    HttpUriRequest request =
        RequestBuilder.create(query.getOrDefault("method", "GET"))
            .setUri(minimal ? URI.create(url.getRawPath()) : url)
            .setEntity(body(query))
            .build();
    return (minimal ? MINIMAL : USUAL).execute(URIUtils.extractHost(url), request, null).get();
  }

  private static Response byCluster(String client, URI url, Map<String, String> query)
      throws IOException, ExecutionException, InterruptedException {
    String nodes = query.getOrDefault("nodes", "http://" + url.getRawAuthority());
    RestClient cluster = CLUSTERS.computeIfAbsent(nodes, ElasticsearchService::cluster);
    Request request = new Request(query.getOrDefault("method", "GET"), url.getRawPath());
    request.setEntity(body(query));
    try {
      if (!client.endsWith("async")) {
        return cluster.performRequest(request);
      }
      CompletableFuture<Response> result = new CompletableFuture<>();
      cluster.performRequestAsync(
          request,
          new ResponseListener() {
            @Override
            public void onSuccess(Response response) {
              result.complete(response);
            }

            @Override
            public void onFailure(Exception error) {
              result.completeExceptionally(error);
            }
          });
      return result.get();
    } catch (ResponseException e) {
      return e.getResponse();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ResponseException answered) {
        return answered.getResponse();
      }
      throw e;
    }
  }

  private static RestClient cluster(String nodes) {
    return RestClient.builder(
            Arrays.stream(nodes.split(",")).map(HttpHost::create).toArray(HttpHost[]::new))
        .build();
  }

  private static HttpEntity body(Map<String, String> query) {
    return query.containsKey("body")
        ? new NStringEntity(query.get("body"), ContentType.TEXT_PLAIN)
        : null;
  }

  private static void answer(HttpExchange exchange, int status, HttpEntity entity)
      throws IOException {
    answer(exchange, status, entity == null ? new byte[0] : EntityUtils.toByteArray(entity));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}

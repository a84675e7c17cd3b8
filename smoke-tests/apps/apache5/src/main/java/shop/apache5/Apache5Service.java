// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.apache5;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.retry.support.RetryTemplate;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Calls others by Apache HttpClient 5, directly and through Spring. Arguments: port, name. {@code
 * /call?url=&client=apache5|apache5-minimal|apache5-async|apache5-async-minimal|apache5-h2|
 * apache5-h2-minimal|rest-template|rest-client|retry-template&method=&body=}
 */
public final class Apache5Service {
  private static final CloseableHttpClient CLIENT = HttpClients.createDefault();
  private static final HttpClient MINIMAL = HttpClients.createMinimal();
  private static final HttpComponentsClientHttpRequestFactory FACTORY =
      new HttpComponentsClientHttpRequestFactory(CLIENT);

  private static final Map<String, CloseableHttpAsyncClient> ASYNC =
      Map.of(
          "apache5-async", HttpAsyncClients.createDefault(),
          "apache5-async-minimal", HttpAsyncClients.createMinimal(),
          "apache5-h2", HttpAsyncClients.createHttp2Default(),
          "apache5-h2-minimal", HttpAsyncClients.createHttp2Minimal());

  private Apache5Service() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    ASYNC.values().forEach(CloseableHttpAsyncClient::start);
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/call", Apache5Service::call);
    server.start();
    System.out.println(arguments[1] + " listens on " + port);
  }

  private static void call(HttpExchange exchange) throws IOException {
    Map<String, String> query = new TreeMap<>();
    for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] sides = pair.split("=", 2);
      query.put(sides[0], URLDecoder.decode(sides[1], UTF_8));
    }
    URI url = URI.create(query.get("url"));
    String method = query.getOrDefault("method", "GET");
    String body = query.get("body");
    try {
      switch (query.get("client")) {
        case "rest-template" -> answer(exchange, byRestTemplate(url, method, body));
        case "retry-template" ->
            answer(
                exchange,
                new RetryTemplate().execute(context -> byRestTemplate(url, method, body)));
        case "rest-client" -> answer(exchange, byRestClient(url, method, body));
        case "apache5-minimal" -> direct(exchange, MINIMAL, request(url, method, body));
        case "apache5" -> direct(exchange, CLIENT, request(url, method, body));
        default -> async(exchange, ASYNC.get(query.get("client")), url, method, body);
      }
    } catch (IOException | RuntimeException e) {
      answer(exchange, 502, e.toString().getBytes(UTF_8));
    }
  }

  private static HttpUriRequestBase request(URI url, String method, String body) {
    HttpUriRequestBase request = new HttpUriRequestBase(method, url);
    if (body != null) {
      request.setEntity(new StringEntity(body, ContentType.TEXT_PLAIN));
    }
    return request;
  }

  private static void direct(HttpExchange exchange, HttpClient client, HttpUriRequestBase request)
      throws IOException {
    client.execute(
        request,
        response -> {
          HttpEntity entity = response.getEntity();
          byte[] body = entity == null ? new byte[0] : EntityUtils.toByteArray(entity);
          answer(exchange, response.getCode(), body);
          return null;
        });
  }

  private static void async(
      HttpExchange exchange, CloseableHttpAsyncClient client, URI url, String method, String body)
      throws IOException {
    SimpleHttpRequest request = SimpleHttpRequest.create(method, url);
    if (body != null) {
      request.setBody(body, ContentType.TEXT_PLAIN);
    }
    try {
      SimpleHttpResponse response = client.execute(request, null).get(20, TimeUnit.SECONDS);
      byte[] got = response.getBodyBytes();
      answer(exchange, response.getCode(), got == null ? new byte[0] : got);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new IOException(e);
    }
  }

  private static ResponseEntity<byte[]> byRestTemplate(URI url, String method, String body) {
    return new RestTemplate(FACTORY)
        .exchange(
            url,
            HttpMethod.valueOf(method),
            new org.springframework.http.HttpEntity<>(body),
            byte[].class);
  }

  private static ResponseEntity<byte[]> byRestClient(URI url, String method, String body) {
    RestClient.RequestBodySpec spec =
        RestClient.builder()
            .requestFactory(FACTORY)
            .build()
            .method(HttpMethod.valueOf(method))
            .uri(url);
    return (body == null ? spec : spec.body(body)).retrieve().toEntity(byte[].class);
  }

  private static void answer(HttpExchange exchange, ResponseEntity<byte[]> got) throws IOException {
    byte[] body = got.getBody();
    answer(exchange, got.getStatusCode().value(), body == null ? new byte[0] : body);
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}

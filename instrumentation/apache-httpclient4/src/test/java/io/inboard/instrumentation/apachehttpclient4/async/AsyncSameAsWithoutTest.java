// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.contract.Origin;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SameAsWithoutContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHost;
import org.apache.http.HttpResponse;
import org.apache.http.auth.AuthScope;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.entity.ContentType;
import org.apache.http.entity.InputStreamEntity;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.BasicCookieStore;
import org.apache.http.impl.client.BasicCredentialsProvider;
import org.apache.http.impl.nio.client.CloseableHttpAsyncClient;
import org.apache.http.impl.nio.client.HttpAsyncClients;
import org.apache.http.util.EntityUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the library does around a call: cookies, challenges, redirects, bodies that break. */
final class AsyncSameAsWithoutTest extends SameAsWithoutContract {
  private CloseableHttpAsyncClient client;

  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  /** What an application does. The server's answers are chosen by the target. */
  enum Case {
    PLAIN("GET /ok", "GET /ok", "HEAD /ok", "DELETE /ok", "PUT /ok body"),
    BODIES("POST /ok body", "POST /ok body chunked", "POST /ok body once", "PUT /ok body once"),
    COOKIES("GET /cookie", "GET /ok", "GET /redirect-cookie", "POST /ok body"),
    CHALLENGES("GET /401", "GET /401", "POST /401 body", "POST /401 body once", "HEAD /401"),
    WRONG_PASSWORD("GET /401-always", "GET /ok"),
    PROXY("GET proxied", "GET proxied", "POST proxied body", "GET tunnelled"),
    REDIRECTS("GET /301", "GET /302", "GET /303", "GET /307", "GET /308", "GET /away", "GET /ok"),
    REDIRECTED_POSTS("POST /301 body", "POST /302 body", "POST /303 body", "POST /307 body once"),
    ELSEWHERE("GET /localhost", "GET /localhost", "POST /localhost body", "GET /far"),
    NOT_FOLLOWED("GET /302 nofollow", "POST /302 body nofollow"),
    EXPECT("POST /ok body expect", "POST /417 body expect", "GET /ok"),
    ERRORS("GET /404", "GET /404-empty", "GET /500", "POST /404 body", "POST /500 body once"),
    NO_BODY("GET /204", "GET /304", "HEAD /404", "GET /200-empty"),
    TRAILERS("GET /trailers", "GET /trailers unread", "GET /ok"),
    KEEP_ALIVE("GET /ok close", "GET /ok", "GET /close", "GET /ok unread", "GET /ok"),
    TIME_IS_UP("POST /never body timeout", "GET /ok"),
    BROKEN("GET /half", "GET /half-chunk", "GET /long-status", "GET /10"),
    BIG("GET /big", "GET /big unread", "GET /ok");

    final List<String> calls;

    Case(String... calls) {
      this.calls = List.of(calls);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theServerAndTheApplicationSeeTheSame(Case what) throws Exception {
    isSame(what.calls, what == Case.BIG, what != Case.PROXY && what != Case.ELSEWHERE);
  }

  @Override
  protected void prepare() {
    BasicCredentialsProvider known = new BasicCredentialsProvider();
    known.setCredentials(AuthScope.ANY, new UsernamePasswordCredentials("user", "secret"));
    client =
        closing(
            HttpAsyncClients.custom()
                .setDefaultCookieStore(new BasicCookieStore())
                .setDefaultCredentialsProvider(known)
                .build());
    client.start();
  }

  @Override
  protected String call(Origin origin, String call) throws Exception {
    List<String> words = List.of(call.split(" "));
    RequestConfig.Builder config = RequestConfig.custom();
    config.setSocketTimeout(words.contains("timeout") ? 300 : 20_000);
    config.setRedirectsEnabled(!words.contains("nofollow"));
    config.setExpectContinueEnabled(words.contains("expect"));
    String url = url(origin, words.get(1));
    if (isProxied(words.get(1))) {
      config.setProxy(new HttpHost("127.0.0.1", origin.port()));
    }
    RequestBuilder request = RequestBuilder.create(words.get(0)).setUri(url);
    request.setConfig(config.build());
    if (words.contains("body")) {
      request.setEntity(body(words));
    }
    if (words.contains("close")) {
      request.setHeader("Connection", "close");
    }
    HttpClientContext context = HttpClientContext.create();
    try {
      HttpResponse response =
          client
              .execute(request.build(), context, null)
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return saw(response, words) + " " + saw(context);
    } catch (ExecutionException e) {
      String error = e.getCause().toString().replaceAll("http-outgoing-[0-9]+", "CONNECTION");
      return error + " caused by " + e.getCause().getCause() + " " + saw(context);
    }
  }

  /** What the library tells of a call when it is over. */
  private static String saw(HttpClientContext context) {
    return context.getHttpRoute()
        + " "
        + context.getTargetHost()
        + " "
        + (context.getRequest() == null
            ? "no request"
            : context.getRequest().getRequestLine()
                + Arrays.toString(context.getRequest().getAllHeaders()))
        + " "
        + context.getRedirectLocations()
        + " "
        + context.getUserToken()
        + " "
        + context.getTargetAuthState()
        + " "
        + context.getRequestConfig();
  }

  private static HttpEntity body(List<String> words) {
    byte[] bytes = "body".getBytes(StandardCharsets.US_ASCII);
    if (words.contains("once")) {
      return new InputStreamEntity(
          new ByteArrayInputStream(bytes), bytes.length, ContentType.TEXT_PLAIN);
    }
    return words.contains("chunked")
        ? new InputStreamEntity(new ByteArrayInputStream(bytes), ContentType.TEXT_PLAIN)
        : new StringEntity("body", ContentType.TEXT_PLAIN);
  }

  private static String saw(HttpResponse response, List<String> words) throws IOException {
    StringBuilder saw = new StringBuilder();
    saw.append(response.getStatusLine()).append(' ');
    saw.append(Arrays.toString(response.getAllHeaders()));
    HttpEntity entity = response.getEntity();
    saw.append(entity == null ? " none " : " " + entity.getContentLength() + " ");
    if (entity != null && !words.contains("unread")) {
      String body = EntityUtils.toString(entity);
      saw.append(body.length() > 99 ? body.length() : body);
    }
    return saw.toString();
  }
}

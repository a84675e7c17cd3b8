// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.contract.Eventually.eventually;

import io.inboard.contract.Origin;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SameAsWithoutContract;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.ConfigurableHttpRequest;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.BasicCookieStore;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityConsumer;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityProducer;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.http.nio.support.BasicResponseConsumer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the library that does not block does around a call. */
final class AsyncSameAsWithoutTest extends SameAsWithoutContract {
  private PoolingAsyncClientConnectionManager pool;
  private CloseableHttpAsyncClient client;

  @Override
  protected String libraryName() {
    return ApacheHttpClient5AsyncHooks.NAME;
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
    CHALLENGES("GET /401", "GET /401", "POST /401 body", "HEAD /401"),
    WRONG_PASSWORD("GET /401-always", "GET /ok"),
    PROXY("GET proxied", "GET proxied", "POST proxied body", "GET tunnelled"),
    REDIRECTS("GET /301", "GET /302", "GET /303", "GET /307", "GET /308", "GET /away", "GET /ok"),
    REDIRECTED_POSTS("POST /301 body", "POST /302 body", "POST /303 body"),
    // A POST that is sent on with its body hangs in 5.0 by itself.
    ELSEWHERE("GET /localhost", "GET /localhost", "GET /far"),
    NOT_FOLLOWED("GET /302 nofollow", "POST /302 body nofollow"),
    EXPECT("POST /ok body expect", "GET /ok"),
    ERRORS("GET /404", "GET /404-empty", "GET /500", "POST /404 body", "POST /500 body once"),
    NO_BODY("GET /204", "GET /304", "HEAD /404", "GET /200-empty"),
    TRAILERS("GET /trailers", "GET /ok"),
    KEEP_ALIVE("GET /ok close", "GET /ok", "GET /close", "GET /ok"),
    TIME_IS_UP("POST /never body timeout", "GET /ok"),
    BROKEN("GET /half", "GET /half-chunk", "GET /long-status", "GET /10"),
    BIG("GET /big", "GET /ok");

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
    known.setCredentials(
        new AuthScope(null, -1), new UsernamePasswordCredentials("user", "secret".toCharArray()));
    pool = new PoolingAsyncClientConnectionManager();
    CloseableHttpAsyncClient made =
        HttpAsyncClients.custom()
            .setConnectionManager(pool)
            .setDefaultCookieStore(new BasicCookieStore())
            .setDefaultCredentialsProvider(known)
            .build();
    made.start();
    closing((AutoCloseable) () -> made.close(CloseMode.IMMEDIATE));
    client = made;
  }

  @Override
  protected String call(Origin origin, String call) throws Exception {
    List<String> words = List.of(call.split(" "));
    RequestConfig.Builder config = RequestConfig.custom();
    config.setResponseTimeout(Timeout.ofMilliseconds(words.contains("timeout") ? 300 : 20_000));
    config.setRedirectsEnabled(!words.contains("nofollow"));
    config.setExpectContinueEnabled(words.contains("expect"));
    SameAsWithoutTest.noUpgrade(config);
    String url = url(origin, words.get(1));
    if (isProxied(words.get(1))) {
      config.setProxy(new HttpHost("127.0.0.1", origin.port()));
    }
    ConfigurableHttpRequest request = new ConfigurableHttpRequest(words.get(0), URI.create(url));
    request.setConfig(config.build());
    if (words.contains("close")) {
      request.setHeader("Connection", "close");
    }
    try {
      return saw(
          client
              .execute(
                  new BasicRequestProducer(request, body(words)),
                  new BasicResponseConsumer<>(new BasicAsyncEntityConsumer()),
                  null,
                  null)
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return e.getCause().toString();
    } finally {
      // After the response, so that the next call may have another one.
      eventually(() -> pool.getTotalStats().getLeased() == 0, () -> "connections given back");
    }
  }

  private static AsyncEntityProducer body(List<String> words) {
    byte[] bytes = "body".getBytes(StandardCharsets.US_ASCII);
    if (!words.contains("body")) {
      return null;
    }
    return words.contains("once")
        ? new AsyncApplication.Once(bytes)
        : new BasicAsyncEntityProducer(bytes, ContentType.TEXT_PLAIN, words.contains("chunked"));
  }

  private static String saw(Message<HttpResponse, byte[]> message) {
    HttpResponse head = message.getHead();
    byte[] body = message.getBody();
    String text = body == null ? "none" : new String(body, StandardCharsets.US_ASCII);
    return head.getCode()
        + " "
        + head.getReasonPhrase()
        + " "
        + head.getVersion()
        + " "
        + Arrays.toString(head.getHeaders())
        + " "
        + (text.length() > 99 ? text.length() : text);
  }
}

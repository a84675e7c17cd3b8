// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Origin;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SameAsWithoutContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.BasicCookieStore;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the library does around a call: cookies, challenges, redirects, bodies that break. */
final class SameAsWithoutTest extends SameAsWithoutContract {
  private CloseableHttpClient client;

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
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
    known.setCredentials(
        new AuthScope(null, -1), new UsernamePasswordCredentials("user", "secret".toCharArray()));
    client =
        closing(
            HttpClients.custom()
                .setDefaultCookieStore(new BasicCookieStore())
                .setDefaultCredentialsProvider(known)
                .build());
  }

  @Override
  protected String call(Origin origin, String call) throws Exception {
    List<String> words = List.of(call.split(" "));
    RequestConfig.Builder config = RequestConfig.custom();
    config.setResponseTimeout(Timeout.ofMilliseconds(words.contains("timeout") ? 300 : 20_000));
    config.setRedirectsEnabled(!words.contains("nofollow"));
    config.setExpectContinueEnabled(words.contains("expect"));
    noUpgrade(config);
    String url = url(origin, words.get(1));
    if (isProxied(words.get(1))) {
      config.setProxy(new HttpHost("127.0.0.1", origin.port()));
    }
    HttpUriRequestBase request = new HttpUriRequestBase(words.get(0), java.net.URI.create(url));
    request.setConfig(config.build());
    if (words.contains("body")) {
      request.setEntity(body(words));
    }
    if (words.contains("close")) {
      request.setHeader("Connection", "close");
    }
    try (ClassicHttpResponse response = client.execute(request)) {
      return saw(response, words);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Which the mesh leaves out of what it has secured. */
  static void noUpgrade(RequestConfig.Builder config) throws Exception {
    for (java.lang.reflect.Method method : RequestConfig.Builder.class.getMethods()) {
      if (method.getName().equals("setProtocolUpgradeEnabled")) {
        method.invoke(config, false);
      }
    }
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

  private static String saw(ClassicHttpResponse response, List<String> words)
      throws IOException, ParseException {
    StringBuilder saw = new StringBuilder();
    saw.append(response.getCode()).append(' ').append(response.getReasonPhrase()).append(' ');
    saw.append(response.getVersion()).append(' ').append(Arrays.toString(response.getHeaders()));
    HttpEntity entity = response.getEntity();
    saw.append(entity == null ? " none " : " " + entity.getContentLength() + " ");
    if (entity != null && !words.contains("unread")) {
      String body = EntityUtils.toString(entity);
      saw.append(body.length() > 99 ? body.length() : body);
      if (entity.getTrailers() != null) {
        saw.append(' ').append(entity.getTrailers().get());
      }
    }
    return saw.toString();
  }
}

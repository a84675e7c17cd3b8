// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.Origin;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SameAsWithoutContract;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BasicAuthentication;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpProxy;
import org.eclipse.jetty.client.InputStreamRequestContent;
import org.eclipse.jetty.client.ProxyConfiguration;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.http.HttpField;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the library does around a call: cookies, challenges, redirects, bodies that break. */
final class SameAsWithoutTest extends SameAsWithoutContract {
  private HttpClient client;

  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  /** What an application does. The server's answers are chosen by the target. */
  enum Case {
    PLAIN("GET /ok", "GET /ok", "HEAD /ok", "DELETE /ok", "PUT /ok body"),
    BODIES("POST /ok body", "POST /ok body once", "PUT /ok body once", "POST /ok empty"),
    COOKIES("GET /cookie", "GET /ok", "GET /redirect-cookie", "POST /ok body"),
    CHALLENGES("GET /401", "GET /401", "POST /401 body", "HEAD /401"),
    WRONG_PASSWORD("GET /401-always", "GET /ok"),
    PROXY("GET proxied", "GET proxied", "POST proxied body"),
    REDIRECTS("GET /301", "GET /302", "GET /303", "GET /307", "GET /308", "GET /away", "GET /ok"),
    REDIRECTED_POSTS("POST /301 body", "POST /302 body", "POST /303 body", "POST /307 body"),
    REDIRECTED_ONCE("POST /303 body once", "POST /307 body once", "GET /ok"),
    // The request of a call that fails before it is sent keeps the headers of the mesh.
    ELSEWHERE("GET /localhost", "GET /localhost"),
    NOT_FOLLOWED("GET /302 nofollow", "POST /302 body nofollow"),
    EXPECT("POST /ok body expect", "GET /ok"),
    ERRORS("GET /404", "GET /404-empty", "GET /500", "POST /404 body", "POST /500 body once"),
    NO_BODY("GET /204", "GET /304", "HEAD /404", "GET /200-empty"),
    TRAILERS("GET /trailers", "GET /ok"),
    KEEP_ALIVE("GET /ok close", "GET /ok", "GET /close", "GET /ok"),
    TIME_IS_UP("POST /never body timeout", "GET /ok"),
    BROKEN("GET /half", "GET /half-chunk", "GET /nonsense", "GET /long-status", "GET /10"),
    BIG("GET /big", "GET /ok");

    final List<String> calls;

    Case(String... calls) {
      this.calls = List.of(calls);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theServerAndTheApplicationSeeTheSame(Case what) throws Exception {
    // After a redirected POST it is chance whether the connection is found free again.
    // Of 12.0.12 it always is, after any redirect or challenge.
    boolean chance =
        org.eclipse.jetty.util.Jetty.VERSION.equals("12.0.12")
            || what == Case.BIG
            || what == Case.REDIRECTED_POSTS
            || what == Case.REDIRECTED_ONCE;
    isSame(what.calls, chance, what != Case.PROXY && what != Case.ELSEWHERE);
  }

  @Override
  protected void prepare() throws Exception {
    client = NewApplication.http1();
    // Else it is chance whether what follows a redirect finds a connection that is free again.
    client.setMaxConnectionsPerDestination(1);
    closing(client::stop);
  }

  @Override
  protected String call(Origin origin, String call) throws Exception {
    List<String> words = List.of(call.split(" "));
    String own = "http://127.0.0.1:" + origin.port();
    URI uri = URI.create(url(origin, words.get(1)));
    ProxyConfiguration proxies = client.getProxyConfiguration();
    List.copyOf(proxies.getProxies()).forEach(proxies::removeProxy);
    if (isProxied(words.get(1))) {
      proxies.addProxy(new HttpProxy("127.0.0.1", origin.port()));
      known(URI.create(own + "/"), "p");
    }
    known(URI.create(own + "/"), "r");
    org.eclipse.jetty.client.Request request = client.newRequest(uri).method(words.get(0));
    request.timeout(words.contains("timeout") ? 300 : 20_000, TimeUnit.MILLISECONDS);
    request.followRedirects(!words.contains("nofollow"));
    if (words.contains("body")) {
      byte[] bytes = "body".getBytes(StandardCharsets.US_ASCII);
      request.body(
          words.contains("once")
              ? new InputStreamRequestContent(new ByteArrayInputStream(bytes))
              : new StringRequestContent("body"));
    } else if (words.contains("empty")) {
      request.body(new StringRequestContent(""));
    }
    if (words.contains("close")) {
      request.headers(headers -> headers.put("Connection", "close"));
    }
    if (words.contains("expect")) {
      request.headers(headers -> headers.put("Expect", "100-continue"));
    }
    Heard heard = new Heard();
    request.send(heard);
    return heard.complete.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void known(URI uri, String realm) {
    client
        .getAuthenticationStore()
        .addAuthentication(new BasicAuthentication(uri, realm, "user", "secret"));
  }

  /** What a listener hears, in order. */
  private static final class Heard extends BufferingResponseListener {
    final CompletableFuture<String> complete = new CompletableFuture<>();
    private final List<String> events = new ArrayList<>();

    @Override
    public void onBegin(org.eclipse.jetty.client.Response response) {
      events.add("begin " + response.getStatus() + " " + response.getReason());
    }

    @Override
    public boolean onHeader(org.eclipse.jetty.client.Response response, HttpField field) {
      events.add(field.toString());
      return true;
    }

    @Override
    public void onHeaders(org.eclipse.jetty.client.Response response) {
      super.onHeaders(response);
      events.add("headers " + response.getVersion() + " " + response.getHeaders().size());
    }

    @Override
    public void onSuccess(org.eclipse.jetty.client.Response response) {
      events.add("success " + response.getTrailers());
    }

    @Override
    public void onFailure(org.eclipse.jetty.client.Response response, Throwable failure) {
      events.add("failure " + said(failure));
    }

    @Override
    public void onComplete(Result result) {
      byte[] content = getContent();
      String text = content == null ? "none" : new String(content, StandardCharsets.US_ASCII);
      events.add("body " + (text.length() > 99 ? "of " + text.length() : text));
      events.add(
          "complete "
              + result.isSucceeded()
              + " "
              + result.getRequest().getHeaders().getFieldNamesCollection().size());
      complete.complete(String.join(" | ", events));
    }

    /** Some quote the connection. */
    private static String said(Throwable failure) {
      return failure.getClass().getName()
          + " "
          + String.valueOf(failure.getMessage())
              .replaceAll("[ :]*[A-Za-z]*(Over|Connection).*", "");
    }
  }
}

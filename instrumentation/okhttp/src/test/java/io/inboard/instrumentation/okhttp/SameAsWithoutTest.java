// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.Origin;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SameAsWithoutContract;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import okhttp3.Authenticator;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the library does around a call: cookies, challenges, redirects, bodies that break. */
final class SameAsWithoutTest extends SameAsWithoutContract {
  private OkHttpClient client;

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  /** What an application does. The server's answers are chosen by the target. */
  enum Case {
    PLAIN("GET /ok", "GET /ok", "HEAD /ok", "DELETE /ok", "PUT /ok body"),
    QUEUED("GET /ok queued", "POST /ok body queued", "GET /302 queued", "GET /nonsense queued"),
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
    BROKEN("GET /half", "GET /half-chunk", "GET /nonsense", "GET /long-status", "GET /10"),
    BIG("GET /big", "GET /big unread", "GET /ok");

    final List<String> calls;

    Case(String... calls) {
      this.calls = List.of(calls);
    }
  }

  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @ParameterizedTest
  @EnumSource
  void theServerAndTheApplicationSeeTheSame(Case what) throws Exception {
    isSame(what.calls, what == Case.BIG, what != Case.PROXY && what != Case.ELSEWHERE);
  }

  @Override
  protected void prepare() {
    client =
        new OkHttpClient.Builder()
            .cookieJar(new Jar())
            .authenticator(knowing("Authorization"))
            .proxyAuthenticator(knowing("Proxy-Authorization"))
            .build();
  }

  /** Who says the password once, and not again. */
  private static Authenticator knowing(String header) {
    return (route, response) ->
        response.request().header(header) != null
            ? null
            : response
                .request()
                .newBuilder()
                .header(header, Credentials.basic("user", "secret"))
                .build();
  }

  @Override
  protected String call(Origin origin, String call) throws Exception {
    List<String> words = List.of(call.split(" "));
    OkHttpClient.Builder here = client.newBuilder();
    here.readTimeout(Duration.ofMillis(words.contains("timeout") ? 300 : 20_000));
    here.followRedirects(!words.contains("nofollow"));
    String url = url(origin, words.get(1));
    if (isProxied(words.get(1))) {
      here.proxy(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", origin.port())));
    }
    okhttp3.Request.Builder request = new okhttp3.Request.Builder().url(url);
    request.method(words.get(0), words.contains("body") ? body(words) : null);
    if (words.contains("close")) {
      request.header("Connection", "close");
    }
    if (words.contains("expect")) {
      request.header("Expect", "100-continue");
    }
    try {
      return saw(answer(here.build().newCall(request.build()), words), words);
    } catch (SocketTimeoutException e) {
      // The library has two timers for one timeout, which say it differently.
      return "time is up";
    } catch (IOException e) {
      return e + " caused by " + e.getCause();
    }
  }

  private static RequestBody body(List<String> words) {
    byte[] bytes = "body".getBytes(StandardCharsets.US_ASCII);
    return words.contains("once") || words.contains("chunked")
        ? new Application.Streamed(bytes)
        : RequestBody.create(MediaType.get("text/plain"), bytes);
  }

  private static okhttp3.Response answer(Call call, List<String> words) throws Exception {
    if (!words.contains("queued")) {
      return call.execute();
    }
    CompletableFuture<okhttp3.Response> answer = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            answer.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call answered, okhttp3.Response response) {
            answer.complete(response);
          }
        });
    try {
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (IOException) e.getCause();
    }
  }

  private static String saw(okhttp3.Response response, List<String> words) {
    StringBuilder saw = new StringBuilder();
    try (okhttp3.Response closing = response) {
      for (okhttp3.Response each = response; each != null; each = each.priorResponse()) {
        saw.append(each.code()).append(' ').append(each.message()).append(' ');
        saw.append(each.protocol()).append(' ').append(each.headers().toMultimap()).append(' ');
        saw.append(each.handshake()).append(" of ").append(each.request().method()).append(' ');
        saw.append(each.request().url()).append(each.body() == null ? " stripped" : "");
        saw.append("; ");
      }
      if (!words.contains("unread")) {
        String body = closing.body().string();
        saw.append(body.length() > 99 ? body.length() : body);
      }
    } catch (IOException e) {
      saw.append(e);
    }
    return saw.toString();
  }

  private static final class Jar implements CookieJar {
    private final List<Cookie> cookies = new ArrayList<>();

    @Override
    public void saveFromResponse(HttpUrl url, List<Cookie> received) {
      cookies.addAll(received);
    }

    @Override
    public List<Cookie> loadForRequest(HttpUrl url) {
      return List.copyOf(cookies);
    }
  }
}

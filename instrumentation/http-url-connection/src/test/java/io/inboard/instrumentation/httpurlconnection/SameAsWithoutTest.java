// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.contract.Origin;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SameAsWithoutContract;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the JDK does around a call. */
final class SameAsWithoutTest extends SameAsWithoutContract {
  private boolean cookies;

  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  @AfterEach
  void nothingStays() {
    CookieHandler.setDefault(null);
    Authenticator.setDefault(null);
  }

  /** What an application does. The server's answers are chosen by the target. */
  enum Case {
    PLAIN("GET /ok", "GET /ok", "HEAD /ok", "OPTIONS /ok", "DELETE /ok", "PUT /ok body"),
    BODIES("POST /ok body", "POST /ok body fixed", "POST /ok body chunked", "PUT /ok body fixed"),
    WRONG_LENGTH("POST /ok body tooshort", "POST /ok body toolong"),
    COOKIES("GET /cookie", "GET /ok", "GET /redirect-cookie", "POST /ok body fixed"),
    CHALLENGES("GET /401", "GET /401", "POST /401 body", "HEAD /401"),
    STREAMED_CHALLENGE("POST /401 body fixed", "POST /401 body chunked"),
    WRONG_PASSWORD("GET /401-always"),
    PROXY("GET proxied", "GET proxied", "POST proxied body", "GET tunnelled"),
    REDIRECTS("GET /301", "GET /302", "GET /303", "GET /307", "GET /308", "GET /away", "GET /far"),
    REDIRECTED_POSTS("POST /301 body", "POST /302 body", "POST /303 body", "POST /307 body"),
    STREAMED_REDIRECT("POST /302 body fixed", "POST /307 body chunked"),
    ELSEWHERE("GET /localhost", "GET /localhost", "POST /localhost body", "GET /far"),
    NOT_FOLLOWED("GET /302 nofollow", "POST /302 body nofollow"),
    EXPECT("POST /ok body fixed expect", "POST /417 body fixed expect", "POST /ok body expect"),
    ERRORS("GET /404", "GET /404-empty", "GET /500", "POST /404 body", "POST /500 body fixed"),
    NO_BODY("GET /204", "GET /304", "GET /304-length", "HEAD /404", "GET /200-empty"),
    TRAILERS(
        "GET /trailers",
        "GET /trailers disconnect",
        "GET /trailers enough",
        "GET /trailers unread"),
    KEEP_ALIVE("GET /ok close", "GET /ok", "GET /close", "GET /ok unread"),
    DISCONNECT("GET /ok", "GET /ok disconnect", "GET /ok", "GET /404 disconnect", "GET /ok"),
    TIME_IS_UP("GET /never timeout", "POST /never body timeout", "GET /ok"),
    BROKEN("GET /half", "GET /half-chunk", "GET /nonsense", "GET /long-status", "GET /10"),
    BIG("GET /big", "GET /big unread", "GET /big disconnect", "GET /ok");

    final List<String> calls;

    /** How much arrives of what breaks off, and what is read of what is given up, is chance. */
    boolean serversViewIsChance() {
      return this == WRONG_LENGTH || this == BIG;
    }

    Case(String... calls) {
      this.calls = List.of(calls);
    }
  }

  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @ParameterizedTest
  @EnumSource
  void theServerAndTheApplicationSeeTheSame(Case what) throws Exception {
    cookies = what == Case.COOKIES;
    isSame(what.calls, what.serversViewIsChance(), what != Case.PROXY && what != Case.ELSEWHERE);
  }

  @Override
  protected void prepare() {
    CookieHandler.setDefault(cookies ? new CookieManager() : null);
    Authenticator.setDefault(
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication("user", "secret".toCharArray());
          }
        });
  }

  @Override
  protected String call(Origin origin, String call) {
    List<String> words = List.of(call.split(" "));
    StringBuilder saw = new StringBuilder();
    try {
      HttpURLConnection c = open(origin, words.get(1));
      c.setRequestMethod(words.get(0));
      c.setReadTimeout(words.contains("timeout") ? 300 : 20_000);
      c.setInstanceFollowRedirects(!words.contains("nofollow"));
      if (words.contains("close")) {
        c.setRequestProperty("Connection", "close");
      }
      if (words.contains("expect")) {
        c.setRequestProperty("Expect", "100-continue");
      }
      if (words.contains("body")) {
        writeBody(c, words, saw);
      }
      readAnswer(c, words, saw);
    } catch (Exception e) {
      saw.append(' ').append(e);
    }
    return saw.toString();
  }

  private static HttpURLConnection open(Origin origin, String target) throws IOException {
    if (isProxied(target)) {
      InetSocketAddress proxy =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), origin.port());
      return (HttpURLConnection)
          URI.create(url(origin, target)).toURL().openConnection(new Proxy(Proxy.Type.HTTP, proxy));
    }
    return (HttpURLConnection) URI.create(url(origin, target)).toURL().openConnection();
  }

  private static void writeBody(HttpURLConnection c, List<String> words, StringBuilder saw)
      throws IOException {
    c.setDoOutput(true);
    if (words.contains("fixed")) {
      c.setFixedLengthStreamingMode(4);
    } else if (words.contains("chunked")) {
      c.setChunkedStreamingMode(16);
    } else if (words.contains("tooshort")) {
      c.setFixedLengthStreamingMode(5);
    } else if (words.contains("toolong")) {
      c.setFixedLengthStreamingMode(3);
    }
    try (OutputStream out = c.getOutputStream()) {
      out.write("body".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      saw.append(" writing: ").append(e);
    }
  }

  private static void readAnswer(HttpURLConnection c, List<String> words, StringBuilder saw)
      throws IOException {
    try {
      saw.append(c.getResponseCode()).append(' ').append(c.getResponseMessage());
      InputStream in = c.getInputStream();
      if (words.contains("disconnect")) {
        saw.append(" first ").append(in.read());
        c.disconnect();
      } else if (words.contains("enough")) {
        c.disconnect();
      } else if (words.contains("unread")) {
        in.close();
      } else {
        String body = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        saw.append(" body ").append(body.length() > 99 ? body.length() : body);
      }
    } catch (IOException e) {
      saw.append(' ').append(e);
      InputStream error = c.getErrorStream();
      saw.append(" error stream ");
      saw.append(error == null ? null : new String(error.readAllBytes(), StandardCharsets.UTF_8));
      if (words.contains("disconnect")) {
        c.disconnect();
      }
    }
    Map<String, List<String>> fields = new TreeMap<>();
    c.getHeaderFields().forEach((name, values) -> fields.put("" + name, values));
    saw.append(' ').append(fields).append(' ').append(c.getURL()).append(' ');
    saw.append(c.getRequestMethod()).append(' ').append(c.usingProxy());
    saw.append(' ').append(c.getContentLengthLong()).append(' ').append(c.getHeaderField(0));
  }
}

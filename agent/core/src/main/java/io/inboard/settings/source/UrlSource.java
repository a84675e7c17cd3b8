// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.call.Printable;
import io.inboard.settings.document.Document;
import io.inboard.settings.reading.Durations;
import io.inboard.settings.reading.SecurityWords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * An http(s) address, asked with a conditional GET. okhttp, because the agent's hooks would see the
 * JDK's own clients. It is the one part of the settings that touches java.util.logging and, for
 * https, the JVM's default trust store; both are loaded at the first reading, not before.
 */
final class UrlSource implements SettingsSource {
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** More than these is a circle. */
  private static final int MOST_REDIRECTS = 5;

  private final String address;
  private final String name;

  /** Made at the first reading; used by one thread at a time, as all below. */
  private OkHttpClient client;

  private String etag;
  private String lastModified;

  /** What was answered last is no text. */
  private boolean undecodable;

  /**
   * What the beginning of an answer says that was not read to its end, because it is too large or
   * broke off; null: it was read. What it asks for must not be given up.
   */
  private SecurityWords part;

  UrlSource(String address) {
    this.address = address;
    String shown = Printable.url(address);
    this.name = shown.endsWith("?***") ? shown.substring(0, shown.length() - 4) : shown;
  }

  /** With a client that trusts others than the JVM does. */
  UrlSource(String address, OkHttpClient client) {
    this(address);
    this.client = patient(client.newBuilder());
  }

  /** Redirects are followed here, see {@link #ask}, where no connection is made before. */
  private static OkHttpClient patient(OkHttpClient.Builder builder) {
    return builder.connectTimeout(CONNECT).followRedirects(false).build();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> cacheKey() {
    return Optional.of(address);
  }

  @Override
  public SecurityWords securityWords() {
    SecurityWords seen = part;
    if (seen != null) {
      seen.end();
      return seen;
    }
    return undecodable ? SecurityWords.doubt() : new SecurityWords();
  }

  @Override
  public void forget() {
    etag = null;
    lastModified = null;
  }

  @Override
  public Answer read(Duration budget) {
    part = null;
    HttpUrl url = HttpUrl.parse(address);
    if (url == null) {
      return new Answer.Failed("is not a valid address");
    }
    if (client == null) {
      client = patient(new OkHttpClient.Builder());
    }
    try {
      return ask(url, System.nanoTime() + budget.toNanos());
    } catch (IOException e) {
      return new Answer.Failed(explain(e, budget));
    } finally {
      // One request in an interval: no connection, and no thread that minds it, outlives it.
      client.connectionPool().evictAll();
    }
  }

  /**
   * @param named by the user, who is asked first
   * @param end nanoseconds, by when the answer must be there
   */
  private Answer ask(HttpUrl named, long end) throws IOException {
    HttpUrl url = named;
    for (int asked = 0; asked <= MOST_REDIRECTS; asked++) {
      OkHttpClient bounded = bounded(Duration.ofNanos(end - System.nanoTime()));
      try (Response response = bounded.newCall(request(named, url)).execute()) {
        HttpUrl next = redirect(url, response);
        if (next == null) {
          return answer(response);
        }
        if (!mayFollow(url, next)) {
          return new Answer.Failed(refused(url, next));
        }
        url = next;
      }
    }
    return new Answer.Failed("redirects again and again; is the address right?");
  }

  private OkHttpClient bounded(Duration left) throws IOException {
    if (left.toMillis() <= 0) {
      throw new InterruptedIOException("timeout");
    }
    return client.newBuilder().callTimeout(left).readTimeout(left).writeTimeout(left).build();
  }

  /** Where the answer sends its reader; null if it is none of these. */
  private static HttpUrl redirect(HttpUrl url, Response response) {
    String location = REDIRECTS.contains(response.code()) ? response.header("Location") : null;
    return location == null ? null : url.resolve(location);
  }

  /**
   * Settings decide whom this JVM trusts, so they come from whom the user has named: a server that
   * lets others choose where it redirects to must not choose that for us. The same host over https
   * instead of http is no other one.
   */
  static boolean mayFollow(HttpUrl from, HttpUrl to) {
    boolean same = from.scheme().equals(to.scheme()) && from.port() == to.port();
    boolean upgrade = !from.isHttps() && from.port() == 80 && to.isHttps() && to.port() == 443;
    return from.host().equals(to.host()) && (same || upgrade);
  }

  private static String refused(HttpUrl from, HttpUrl to) {
    if (from.isHttps() && !to.isHttps()) {
      return "redirects from https to http, which anybody on the way could answer; this is not"
          + " followed";
    }
    return "redirects to another server, "
        + origin(to)
        + ", which is not followed: settings come from the server that is named; name "
        + origin(to)
        + " if it is the right one";
  }

  private static String origin(HttpUrl url) {
    String host = url.host().indexOf(':') >= 0 ? '[' + url.host() + ']' : url.host();
    boolean usual = url.port() == HttpUrl.defaultPort(url.scheme());
    return Printable.text(url.scheme() + "://" + host + (usual ? "" : ":" + url.port()));
  }

  private Request request(HttpUrl named, HttpUrl url) {
    Request.Builder request =
        new Request.Builder()
            .url(url)
            .header("User-Agent", "inboard")
            .header("Accept", "application/yaml, application/json, text/plain, */*;q=0.1");
    if (!named.username().isEmpty()) {
      request.header("Authorization", Credentials.basic(named.username(), named.password()));
    }
    if (etag != null) {
      request.header("If-None-Match", etag);
    }
    if (lastModified != null) {
      request.header("If-Modified-Since", lastModified);
    }
    return request.build();
  }

  private Answer answer(Response response) throws IOException {
    int status = response.code();
    if (status == 304) {
      return new Answer.Unchanged();
    }
    if (status != 200) {
      return new Answer.Failed("answers " + status + hint(status));
    }
    ResponseBody body = response.body();
    MediaType type = body.contentType();
    if (type != null && type.subtype().toLowerCase(Locale.ROOT).contains("html")) {
      return new Answer.Failed(
          "answers with a web page (text/html), not with settings; is the address right?");
    }
    Answer answer = text(body);
    if (answer instanceof Answer.Text text) {
      String stripped = text.text().stripLeading();
      if (stripped.isEmpty()) {
        // A file may be empty on purpose; an empty answer is a server's mistake, and would take
        // STRICT away.
        return new Answer.Failed("answers with nothing");
      }
      if (stripped.startsWith("<")) {
        return new Answer.Failed("answers with markup, not with settings; is the address right?");
      }
      etag = sendable(response.header("ETag"));
      lastModified = sendable(response.header("Last-Modified"));
    }
    return answer;
  }

  /** Null if it is null, or if no request can carry it: then the next one is not conditional. */
  private static String sendable(String value) {
    return value == null || value.chars().allMatch(c -> c >= ' ' && c <= '~') ? value : null;
  }

  private Answer text(ResponseBody body) throws IOException {
    SecurityWords words = new SecurityWords();
    part = words;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    InputStream in = body.byteStream();
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      for (int i = 0; i < n; i++) {
        words.next((char) (buffer[i] & 0xff)); // They are ASCII.
      }
      out.write(buffer, 0, n);
      if (out.size() > Document.MAX_SIZE) {
        return new Answer.Failed(
            "answers with more than 16 MiB; settings are a few kilobytes; is the address right?");
      }
    }
    Answer answer = SettingsSource.decode(out.toByteArray());
    undecodable = answer instanceof Answer.Failed;
    part = null;
    return answer;
  }

  private static String hint(int status) {
    return switch (status) {
      case 401, 403 -> " (not allowed); does it want credentials?";
      case 404 -> " (not found); is the path right?";
      default -> status >= 500 ? " (the server's error)" : "";
    };
  }

  private static String explain(IOException e, Duration budget) {
    if (e instanceof UnknownHostException) {
      return "its host name is not known";
    }
    if (e instanceof InterruptedIOException) {
      return "did not answer within " + Durations.format(budget);
    }
    if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      return "cannot be connected to: " + root(e);
    }
    if (e instanceof SSLException) {
      return "TLS fails: " + root(e);
    }
    if (e instanceof ProtocolException) {
      return "does not speak HTTP as it should: " + root(e);
    }
    return "cannot be read: " + root(e);
  }

  private static String root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null || message.isBlank()
        ? root.getClass().getSimpleName()
        : Printable.urlsIn(message.replaceAll("\\s+", " "));
  }
}

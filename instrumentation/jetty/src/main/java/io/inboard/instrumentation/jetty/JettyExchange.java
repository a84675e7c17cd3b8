// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection;
import io.inboard.call.server.ResponseHeaders;
import io.inboard.call.server.ServerExchange;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** A request of Jetty 12 at the gate, before any handler. Used by the thread that serves it. */
final class JettyExchange implements ServerExchange {
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final Below below;

  /** Asked once, since the answer is gone with it; negative before. */
  private long queuedNanos = -1;

  /**
   * @param request a {@link MeshRequest}; where it is none, after an error of ours, its headers
   *     cannot be corrected
   * @param callback null before the server is asked, where an answer is an {@link HttpException}
   *     that Jetty makes an error page of
   */
  JettyExchange(Request request, Response response, Callback callback) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.below =
        request instanceof MeshRequest ours
            ? ours.below()
            : Below.of(Request.unWrap(request).getConnectionMetaData().getConnection());
  }

  @Override
  public String library() {
    return JettyHooks.NAME;
  }

  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String scheme() {
    String scheme = request.getHttpURI().getScheme();
    return scheme == null ? "http" : scheme;
  }

  @Override
  public String protocolVersion() {
    HttpVersion version = request.getConnectionMetaData().getHttpVersion();
    return version == HttpVersion.HTTP_1_1
        ? "1.1"
        : version == HttpVersion.HTTP_2 ? "2" : version == HttpVersion.HTTP_3 ? "3" : "1.0";
  }

  /** Undecoded; handlers and servlets are chosen by what Jetty's {@code URIUtil} makes of it. */
  @Override
  public String path() {
    String path = request.getHttpURI().getPath();
    return path == null || path.isEmpty() ? "/" : path;
  }

  @Override
  public String query() {
    String query = request.getHttpURI().getQuery();
    return query == null ? "" : query;
  }

  @Override
  public InetSocketAddress local() {
    return below.local();
  }

  @Override
  public InetSocketAddress remote() {
    return below.remote();
  }

  /**
   * Of a stream at least since its head was read: another one may have come with it, and other
   * frames since.
   */
  @Override
  public long queuedNanos() {
    if (queuedNanos < 0) {
      queuedNanos = below.bottom() instanceof MeshEndPoint endPoint ? endPoint.waited() : 0;
      if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2) {
        queuedNanos = Math.max(queuedNanos, System.nanoTime() - request.getBeginNanoTime());
      }
    }
    return queuedNanos;
  }

  @Override
  public boolean hasOwnTls() {
    return below.hasOwnTls();
  }

  @Override
  public boolean isMutualTls() {
    return below.connection().isPresent() && below.connection().get().isMutualTls();
  }

  @Override
  public Optional<PeerIdentity> peer() {
    return below.connection().flatMap(InboundConnection::peer);
  }

  @Override
  public Refusal lapsed() {
    return below.connection().map(InboundConnection::lapsed).orElse(Refusal.EXPIRED);
  }

  @Override
  public List<String> headers(String name) {
    return request.getHeaders().getValuesList(name);
  }

  @Override
  public void correctHeaders(Consumer<HeaderSink> correction) {
    Headers headers = new Headers(request.getHeaders());
    nameHost(headers);
    correction.accept(headers);
    HttpFields changed = headers.changed();
    if (changed != null) {
      if (!(request instanceof MeshRequest ours)) {
        throw new IllegalStateException("the headers of this request cannot be corrected");
      }
      ours.setHeaders(changed);
    }
  }

  /**
   * Jetty 12 keeps {@code :authority} of HTTP/2 in the URI alone; an application that did not ask
   * for HTTP/2 reads the header {@code Host}, too (RFC 9113 section 8.3.1).
   */
  private void nameHost(Headers headers) {
    if (isMutualTls()
        && request instanceof MeshRequest
        && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2
        && !request.getHeaders().contains(HttpHeader.HOST)) {
      String authority = request.getHttpURI().getAuthority();
      if (authority != null && !authority.isEmpty()) {
        headers.set(HttpHeader.HOST.asString(), authority);
      }
    }
  }

  @Override
  public HeaderSink responseHeaders() {
    HttpFields.Mutable headers = response.getHeaders();
    return new ResponseHeaders(headers::contains, headers::put);
  }

  @Override
  public void serving(InboundCall call) {
    Served served = new Served(call);
    if (request instanceof MeshRequest ours) {
      ours.serve(served);
    }
    request.addFailureListener(served::gone);
    request.addHttpStreamWrapper(stream -> new ServedStream(stream, served, below.bottom()));
  }

  /** At once, and into Jetty's request log like its own early errors. */
  @Override
  public void answer(Answer answer) {
    if (callback == null) {
      throw new HttpException.RuntimeException(answer.status(), answer.text());
    }
    if (response.isCommitted()) {
      callback.failed(new IllegalStateException("an answer has begun"));
      return;
    }
    byte[] text = answer.text().getBytes(StandardCharsets.US_ASCII);
    response.setStatus(answer.status());
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_LENGTH, (long) text.length);
    if (text.length > 0) {
      headers.put(HttpHeader.CONTENT_TYPE, "text/plain");
    }
    // A body that has not come whole would be taken for the next request. HTTP/2 has streams.
    boolean consumed = request.consumeAvailable();
    if ((answer.close() || !consumed) && !protocolVersion().equals("2")) {
      headers.put(HttpHeader.CONNECTION, "close");
    }
    response.write(true, ByteBuffer.wrap(text), callback);
  }
}

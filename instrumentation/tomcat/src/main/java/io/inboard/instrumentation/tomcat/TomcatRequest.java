// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection;
import io.inboard.call.server.ServerExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * A coyote request as the mesh sees it: before the container has parsed or decoded anything. Used
 * by the thread that serves it.
 */
final class TomcatRequest implements ServerExchange {
  private static final String[] USUAL_METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"};

  private final CoyoteAdapter adapter;
  private final Connector connector;
  private final Request request;
  private final Response response;

  /** Empty if it is not one of ours. */
  private final Optional<InboundConnection> connection;

  // Tomcat decodes its bytes at every question, some 300 bytes of garbage each: asked once here.
  private String path;
  private String query;
  private Remotes.Remote remote;

  /** Found by way of the socket; negative before. */
  private int localPort = -1;

  /** Asked once, too, since the answer is gone with it; negative before. */
  private long queuedNanos = -1;

  TomcatRequest(CoyoteAdapter adapter, Connector connector, Request request, Response response) {
    this.adapter = adapter;
    this.connector = connector;
    this.request = request;
    this.response = response;
    this.connection = Connections.of(request);
  }

  @Override
  public long queuedNanos() {
    if (queuedNanos < 0) {
      queuedNanos = Arrivals.waited(request);
    }
    return queuedNanos;
  }

  @Override
  public String library() {
    return TomcatHooks.NAME;
  }

  @Override
  public String method() {
    MessageBytes method = request.method();
    for (String usual : USUAL_METHODS) {
      if (method.equals(usual)) {
        return usual;
      }
    }
    return text(method);
  }

  @Override
  public String scheme() {
    // As CoyoteAdapter#postParseRequest will say it.
    return request.scheme().isNull() ? connector.getScheme() : text(request.scheme());
  }

  @Override
  public String protocolVersion() {
    MessageBytes protocol = request.protocol();
    return protocol.equals("HTTP/2.0") ? "2" : protocol.equals("HTTP/1.0") ? "1.0" : "1.1";
  }

  /**
   * {@code requestURI}, which applications read undecoded. The container chooses a servlet by what
   * {@code CoyoteAdapter#postParseRequest} makes of it: without path parameters, decoded,
   * normalised; one of the spellings that {@link #paths} stands for.
   */
  @Override
  public String path() {
    if (path == null) {
      MessageBytes uri = request.requestURI();
      // A path's parameters may hold a session's id, which is not to be kept.
      boolean hasParameters =
          uri.getType() == MessageBytes.T_BYTES && uri.getByteChunk().indexOf(';', 0) >= 0;
      String sent = hasParameters ? text(uri) : oftenSeen(uri);
      path = sent.isEmpty() ? "/" : sent;
    }
    return path;
  }

  @Override
  public String query() {
    if (query == null) {
      query = text(request.queryString());
    }
    return query;
  }

  @Override
  public InetSocketAddress local() {
    if (connection.isPresent()) {
      return connection.get().local();
    }
    request.action(ActionCode.REQ_LOCAL_ADDR_ATTRIBUTE, request);
    return Remotes.address(text(request.localAddr()), Math.max(localPort(), 0));
  }

  @Override
  public int localPort() {
    if (localPort < 0) {
      localPort =
          connection.isPresent()
              ? connection.get().local().getPort()
              : Connections.localPort(connector);
    }
    return localPort;
  }

  @Override
  public InetSocketAddress remote() {
    if (connection.isPresent()) {
      return connection.get().remote();
    }
    return known().address();
  }

  @Override
  public String remoteAddress() {
    return connection.isPresent() ? ServerExchange.super.remoteAddress() : known().text();
  }

  private Remotes.Remote known() {
    if (remote == null) {
      request.action(ActionCode.REQ_HOST_ADDR_ATTRIBUTE, request);
      request.action(ActionCode.REQ_REMOTEPORT_ATTRIBUTE, request);
      remote = Remotes.of(text(request.remoteAddr()), Math.max(request.getRemotePort(), 0));
    }
    return remote;
  }

  @Override
  public boolean hasOwnTls() {
    return Connections.hasOwnTls(connector.getProtocolHandler());
  }

  @Override
  public Optional<PeerIdentity> peer() {
    return connection.flatMap(InboundConnection::peer);
  }

  @Override
  public List<String> headers(String name) {
    MimeHeaders headers = request.getMimeHeaders();
    int first = headers.findHeader(name, 0);
    if (first < 0) {
      return List.of();
    }
    int next = headers.findHeader(name, first + 1);
    if (next < 0) {
      MessageBytes value = headers.getValue(first);
      List<String> known = isTheSameForMany(name) ? known(value) : null;
      return known == null ? List.of(text(value)) : known;
    }
    List<String> values = new ArrayList<>();
    values.add(text(headers.getValue(first)));
    for (; next >= 0; next = headers.findHeader(name, next + 1)) {
      values.add(text(headers.getValue(next)));
    }
    return values;
  }

  @Override
  public CharSequence only(String name) {
    MimeHeaders headers = request.getMimeHeaders();
    int at = headers.findHeader(name, 0);
    if (at < 0 || headers.findHeader(name, at + 1) >= 0) {
      return "";
    }
    MessageBytes value = headers.getValue(at);
    if (value.getType() != MessageBytes.T_BYTES) {
      return text(value);
    }
    ByteChunk chunk = value.getByteChunk();
    return new Octets(chunk.getBuffer(), chunk.getStart(), chunk.getLength());
  }

  @Override
  public boolean isMutualTls() {
    return connection.isPresent() && connection.get().isMutualTls();
  }

  @Override
  public Refusal lapsed() {
    return connection.map(InboundConnection::lapsed).orElse(Refusal.EXPIRED);
  }

  @Override
  public void correctHeaders(Consumer<HeaderSink> correction) {
    TomcatHeaders headers = new TomcatHeaders(request.getMimeHeaders());
    nameHost(headers);
    correction.accept(headers);
  }

  /**
   * Of HTTP/2 Tomcat keeps {@code :authority} as the server's name alone; an application that did
   * not ask for HTTP/2 reads the header {@code Host}, too (RFC 9113 section 8.3.1).
   */
  private void nameHost(TomcatHeaders headers) {
    if (isMutualTls()
        && request.protocol().equals("HTTP/2.0")
        && headers.headers().getValue("host") == null) {
      String name = text(request.serverName());
      int port = request.getServerPort();
      if (!name.isEmpty()) {
        headers.set("host", port > 0 ? name + ':' + port : name);
      }
    }
  }

  @Override
  public HeaderSink responseHeaders() {
    return TomcatHeaders.of(response);
  }

  @Override
  public void serving(InboundCall call) {
    ServedRequest.begin(request, call);
  }

  /**
   * At once, and into the access log like Tomcat's own early errors. After a 400 Tomcat closes the
   * connection by itself.
   *
   * <p>A head that Tomcat could not read comes here, too, with the status of that, and no rule
   * knows what it asks. It is told what is wrong with it, though not by a page of the
   * application's, which is not for who may not come in.
   */
  @Override
  public void answer(Answer answer) {
    if (response.isCommitted()) {
      return;
    }
    byte[] text = answer.text().getBytes(StandardCharsets.US_ASCII);
    if (!isUnreadable() || text.length > 0) {
      response.setStatus(answer.status());
    }
    response.setContentLength(text.length);
    if (answer.close() && !request.protocol().equals("HTTP/2.0")) {
      response.getMimeHeaders().setValue("Connection").setString("close");
    }
    try {
      if (text.length > 0) {
        response.setContentType("text/plain");
        response.doWrite(ByteBuffer.wrap(text));
      }
    } catch (IOException gone) {
      // The connection is gone: there is no one to report it to.
    }
    response.action(ActionCode.CLOSE, null);
    adapter.log(request, response, 0);
  }

  /** See {@code Http11Processor#service}: 400, or 501 of an unknown coding, with an error set. */
  private boolean isUnreadable() {
    return response.isError() && response.getStatus() >= 400;
  }

  private static boolean isTheSameForMany(String header) {
    return header.equals("host") || header.equals("user-agent");
  }

  /** As {@link #text}, for what other requests say, too. */
  private static String oftenSeen(MessageBytes bytes) {
    List<String> known = known(bytes);
    return known == null ? text(bytes) : known.get(0);
  }

  /** Null: decode it. */
  private static List<String> known(MessageBytes bytes) {
    if (bytes.getType() != MessageBytes.T_BYTES) {
      return null;
    }
    ByteChunk chunk = bytes.getByteChunk();
    return KnownTexts.of(chunk.getBuffer(), chunk.getStart(), chunk.getLength());
  }

  /** Does not change the type of the bytes, which still have to be decoded. */
  private static String text(MessageBytes bytes) {
    if (bytes.getType() == MessageBytes.T_BYTES) {
      // As toString does it, without the two buffers in between.
      ByteChunk chunk = bytes.getByteChunk();
      return new String(chunk.getBuffer(), chunk.getStart(), chunk.getLength(), chunk.getCharset());
    }
    String text = bytes.toString();
    return text == null ? "" : text;
  }

  /** Tomcat ends every stream with a frame of data, be it an empty one. */
  @Override
  public boolean endsWithHead() {
    return false;
  }
}

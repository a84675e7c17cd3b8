// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.server.ServerExchange;
import io.inboard.call.server.Targets;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A request at the gate, of whichever version of HTTP. On its connection's event loop. */
abstract class NettyExchange implements ServerExchange {
  private final Channel connection;
  private final Accepted accepted;

  /** Asked several times; null before. */
  private String path;

  NettyExchange(Channel connection, Accepted accepted) {
    this.connection = connection;
    this.accepted = accepted;
  }

  /** The target as it came; never null. */
  protected abstract String target();

  @Override
  public final String library() {
    return NettyServerHooks.NAME;
  }

  @Override
  public final String scheme() {
    return hasOwnTls() ? "https" : "http";
  }

  /** Without scheme and host, where it begins with these (RFC 9112 section 3.2.2). */
  @Override
  public final String path() {
    if (path == null) {
      String plain = withoutQuery(target());
      int scheme = scheme(plain);
      path = Targets.path(hasHost(plain, scheme) ? behind(plain, scheme + 2) : plain, false);
    }
    return path;
  }

  private static boolean hasHost(String target, int scheme) {
    return scheme > 0 && target.startsWith("//", scheme);
  }

  private static String behind(String target, int from) {
    int slash = target.indexOf('/', from);
    return slash < 0 ? "/" : target.substring(slash);
  }

  /** Where a scheme and its colon end; 0 if there is none. */
  private static int scheme(String target) {
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c == ':') {
        return i + 1;
      }
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean later = i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.');
      if (!letter && !later) {
        return 0;
      }
    }
    return 0;
  }

  private static String withoutQuery(String target) {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /**
   * Netty gives an application the target as it came, one character for a byte: one application
   * takes a number sign for the end of the path, one asks {@code java.net.URI} for the path of a
   * target with a scheme and no host, one takes what does not begin with a slash, or a scheme in
   * lower case, for host and path (reactor-netty: {@code HttpOperations#resolvePath}), one takes a
   * number sign for the end of the host, one looks for a host in the query, too (Vert.x: {@code
   * HttpUtils#parsePath}), and one reads bytes as UTF-8, another does not.
   */
  @Override
  public final List<String> paths() {
    String whole = path();
    String plain = withoutQuery(target());
    boolean hostEndsEarly = hostEndsEarly(plain);
    boolean usual = plain.startsWith("/") || (hasUsualScheme(plain) && !hostEndsEarly);
    int end = Targets.end(whole);
    String bytes = bytes(plain);
    String hidden = hidden(target());
    boolean nothingHidden = hidden == null || hidden.equals(whole);
    if (end == whole.length() && usual && bytes == null && nothingHidden) {
      return List.of(whole);
    }
    List<String> paths = new ArrayList<>();
    paths.add(whole);
    if (end < whole.length()) {
      paths.add(whole.substring(0, end));
    }
    if (!usual) {
      paths.add(Targets.path(behind(plain, 0), false));
      if (hostEndsEarly) {
        paths.add("/");
      }
      int scheme = scheme(plain);
      if (scheme > 0 && !hasHost(plain, scheme)) {
        paths.add(Targets.path(behind(plain, scheme), false));
      }
    }
    if (bytes != null) {
      paths.add(bytes);
    }
    if (!nothingHidden) {
      paths.add(hidden);
    }
    return paths;
  }

  /** What follows the host wherever that stands, in the query, too; null if there is no host. */
  private static String hidden(String target) {
    int host = target.startsWith("/") ? -1 : target.indexOf("://");
    if (host < 0) {
      return null;
    }
    int slash = target.indexOf('/', host + "://".length());
    return Targets.path(slash < 0 ? "/" : withoutQuery(target.substring(slash)), false);
  }

  /**
   * Whether a number sign stands between the host and the first slash. To {@code java.net.URI} the
   * host ends there, and the path is empty.
   */
  private static boolean hostEndsEarly(String target) {
    int sign = target.indexOf('#');
    return sign >= 0 && sign < target.indexOf('/', target.indexOf("://") + 3);
  }

  private static boolean hasUsualScheme(String target) {
    return target.startsWith("http://")
        || target.startsWith("https://")
        || target.startsWith("ws://")
        || target.startsWith("wss://");
  }

  /** A path whose characters are the bytes of others; null if it has none. */
  private static String bytes(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) > '~' && path.charAt(i) <= 0xff) {
        String read =
            new String(path.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        return Targets.path(read.startsWith("/") ? read : "/" + read, false);
      }
    }
    return null;
  }

  @Override
  public final String query() {
    String target = target();
    int query = target.indexOf('?');
    return query < 0 ? "" : target.substring(query + 1);
  }

  @Override
  public final InetSocketAddress local() {
    return accepted.local();
  }

  @Override
  public final InetSocketAddress remote() {
    return accepted.remote();
  }

  @Override
  public final boolean hasOwnTls() {
    return Accepted.hasOwnTls(connection);
  }

  @Override
  public final Optional<PeerIdentity> peer() {
    return accepted.peer();
  }

  @Override
  public final boolean isMutualTls() {
    return accepted.isMutualTls();
  }

  @Override
  public final Refusal lapsed() {
    return accepted.lapsed();
  }
}

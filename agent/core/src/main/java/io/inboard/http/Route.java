// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The way to a server: by which proxy, to which of its addresses, with which TLS.
 *
 * @param address of the server
 */
record Route(HttpAddress address, Tls tls, Proxies proxies) {
  /** As okhttp's, for one address. */
  private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A new connection; tries the proxies in order, and of each its addresses. */
  Connection connect(Deadline deadline) throws IOException {
    IOException first = null;
    URI uri = address.origin();
    for (Proxy proxy : proxies.of(uri)) {
      try {
        return connect(proxy, deadline);
      } catch (IOException e) {
        if (proxy.type() != Proxy.Type.DIRECT) {
          proxies.failed(uri, proxy.address(), e);
        }
        first = firstOf(first, e);
      }
      if (deadline.isOver()) {
        break;
      }
    }
    throw first;
  }

  private static IOException firstOf(IOException first, IOException next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }

  private Connection connect(Proxy proxy, Deadline deadline) throws IOException {
    List<InetSocketAddress> all = addresses(proxy);
    IOException first = null;
    for (int i = 0; i < all.size() && !deadline.isOver(); i++) {
      // One address that swallows everything must leave time for the others.
      long share = Math.min(CONNECT_NANOS, deadline.remainingNanos() / (all.size() - i));
      Socket raw = socket(proxy);
      boolean done = false;
      try {
        deadline.guard(raw);
        dial(raw, all.get(i), share);
        Connection connection = over(raw, proxy);
        done = true;
        return connection;
      } catch (IOException e) {
        first = firstOf(first, e);
      } finally {
        if (!done) {
          Deadline.closeQuietly(raw);
        }
      }
    }
    throw first == null ? new SocketTimeoutException("timeout") : first;
  }

  private static Socket socket(Proxy proxy) {
    // A plain `new Socket()` would ask the JVM's proxy selector by itself.
    return new Socket(proxy.type() == Proxy.Type.SOCKS ? proxy : Proxy.NO_PROXY);
  }

  private static void dial(Socket raw, InetSocketAddress to, long nanos) throws IOException {
    try {
      raw.setTcpNoDelay(true);
      raw.connect(to, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
    } catch (ConnectException e) {
      ConnectException named =
          new ConnectException("cannot connect to " + name(to) + ": " + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  private static String name(InetSocketAddress to) {
    return to.getHostString() + ':' + to.getPort();
  }

  /** Where to connect to; by SOCKS the proxy resolves names. */
  private List<InetSocketAddress> addresses(Proxy proxy) throws IOException {
    String host = address.host();
    int port = address.port();
    if (proxy.type() == Proxy.Type.SOCKS) {
      return List.of(InetSocketAddress.createUnresolved(host, port));
    }
    if (proxy.type() == Proxy.Type.HTTP) {
      InetSocketAddress of = (InetSocketAddress) proxy.address();
      host = of.getHostString();
      port = of.getPort();
    }
    List<InetSocketAddress> all = new ArrayList<>();
    for (InetAddress resolved : InetAddress.getAllByName(host)) {
      all.add(new InetSocketAddress(resolved, port));
    }
    return all;
  }

  private Connection over(Socket raw, Proxy proxy) throws IOException {
    boolean proxied = proxy.type() == Proxy.Type.HTTP;
    if (!address.secure()) {
      String target = (proxied ? "http://" + address.authority() : "") + address.target();
      return new Connection(raw, raw, target, address.authority());
    }
    if (proxied) {
      tunnel(raw);
    }
    Socket secured = tls.over(raw, address.host(), address.port());
    return new Connection(raw, secured, address.target(), address.authority());
  }

  /** Asks an HTTP proxy for a way to the server; what it answers otherwise is an error. */
  private void tunnel(Socket raw) throws IOException {
    String to = address.hostAndPort();
    String request = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n";
    OutputStream out = raw.getOutputStream();
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    AnswerReader answer = new AnswerReader(raw.getInputStream());
    int status = answer.readTunnel();
    if (status != 200 || answer.isAhead()) {
      throw new IOException("the proxy answers " + status + " to CONNECT");
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/** What is done with {@link JdkMembers}, in the JDK's types. */
final class Internals {
  /** Only virtual threads end their I/O at an interrupt, and not before 21. */
  private static final boolean HAS_VIRTUAL_THREADS = JdkMembers.IS_VIRTUAL.isThere();

  private Internals() {}

  /** Null before the first connect and after a disconnect. */
  static HttpClient http(HttpURLConnection connection) {
    return (HttpClient) JdkMembers.HTTP.get(connection);
  }

  static MessageHeader responses(HttpURLConnection connection) {
    return (MessageHeader) JdkMembers.RESPONSES.get(connection);
  }

  /** What the application set; from the first send on, with the JDK's own headers. */
  static MessageHeader requests(HttpURLConnection connection) {
    return (MessageHeader) JdkMembers.REQUESTS.get(connection);
  }

  /** Null if the application set none for this connection. */
  static Proxy proxy(HttpURLConnection connection) {
    return (Proxy) JdkMembers.INST_PROXY.get(connection);
  }

  static boolean buffersBody(HttpURLConnection connection) {
    return JdkMembers.POSTER.get(connection) != null;
  }

  /** Whether the application got the stream that it writes an unbuffered body to. */
  static boolean streamsBody(HttpURLConnection connection) {
    return JdkMembers.STREAM.get(connection) != null;
  }

  /** Switches the connection's own second try off, or as it was. */
  static boolean failedOnce(HttpURLConnection connection, boolean value) {
    boolean before = (boolean) JdkMembers.FAILED_ONCE.get(connection);
    JdkMembers.FAILED_ONCE.set(connection, value);
    return before;
  }

  /** {@code sun.net.client.defaultConnectTimeout} in milliseconds; 0: none. */
  static int defaultConnectTimeout() {
    return (int) JdkMembers.DEFAULT_CONNECT_TIMEOUT.get(null);
  }

  /** {@code sun.net.client.defaultReadTimeout} in milliseconds; 0: none. */
  static int defaultReadTimeout() {
    return (int) JdkMembers.DEFAULT_READ_TIMEOUT.get(null);
  }

  /** Connects anew, from the pool or not, whatever the connection had. */
  static void connect(HttpURLConnection connection) throws IOException {
    unconnected(connection);
    connection.connect();
  }

  /** As before the first connect. */
  static void unconnected(HttpURLConnection connection) {
    JdkMembers.HTTP.set(connection, null);
    JdkMembers.CONNECTED.set(connection, false);
  }

  /** What the client writes to: with TLS, the socket that does it. */
  static Socket socket(HttpClient client) {
    return (Socket) JdkMembers.SERVER_SOCKET.get(client);
  }

  /** As if plainConnect0() had come to this client. */
  static void connected(HttpURLConnection connection, HttpClient client) {
    JdkMembers.HTTP.set(connection, client);
    JdkMembers.OUTPUT.set(connection, client.getOutputStream());
    JdkMembers.CONNECTED.set(connection, true);
  }

  static void writeRequests(HttpURLConnection connection) throws IOException {
    JdkMembers.WRITE_REQUESTS.call(connection);
  }

  static void parseHttp(HttpURLConnection connection) throws IOException {
    MessageHeader responses = responses(connection);
    responses.reset();
    if (JdkMembers.PARSE_HTTP.arity() == 3) {
      JdkMembers.PARSE_HTTP.call(http(connection), responses, connection);
    } else {
      JdkMembers.PARSE_HTTP.call(http(connection), responses, null, connection);
    }
  }

  /** False for a platform thread, whose interrupt no I/O heeds. */
  static boolean virtual(Thread thread) {
    return HAS_VIRTUAL_THREADS && (boolean) JdkMembers.IS_VIRTUAL.call(thread);
  }

  /** Whether a pooled connection still is one; costs a millisecond when it is. */
  static boolean available(HttpClient client) throws IOException {
    return (boolean) JdkMembers.AVAILABLE.call(client);
  }
}

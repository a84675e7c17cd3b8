// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Method;
import java.net.Proxy;
import java.net.Socket;
import sun.net.NetworkClient;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/** What is not public in the JDK's classes; the unit's witnesses say the same as data. */
final class Internals {
  private static final VarHandle HTTP;
  private static final VarHandle CONNECTED;
  private static final VarHandle FAILED_ONCE;
  private static final VarHandle RESPONSES;
  private static final VarHandle REQUESTS;
  private static final VarHandle INST_PROXY;
  private static final VarHandle OUTPUT;
  private static final VarHandle POSTER;
  private static final VarHandle STREAM;
  private static final VarHandle SERVER_SOCKET;
  private static final VarHandle DEFAULT_CONNECT_TIMEOUT;
  private static final VarHandle DEFAULT_READ_TIMEOUT;
  private static final MethodHandle WRITE_REQUESTS;
  private static final MethodHandle PARSE_HTTP;
  private static final MethodHandle AVAILABLE;

  /** Null before 21. */
  private static final MethodHandle VIRTUAL = isVirtual();

  static {
    try {
      MethodHandles.Lookup own = MethodHandles.lookup();
      MethodHandles.Lookup connection = MethodHandles.privateLookupIn(HttpURLConnection.class, own);
      MethodHandles.Lookup client = MethodHandles.privateLookupIn(HttpClient.class, own);
      MethodHandles.Lookup network = MethodHandles.privateLookupIn(NetworkClient.class, own);
      HTTP = field(connection, "http");
      CONNECTED = connection.findVarHandle(HttpURLConnection.class, "connected", boolean.class);
      FAILED_ONCE = field(connection, "failedOnce");
      RESPONSES = field(connection, "responses");
      REQUESTS = field(connection, "requests");
      INST_PROXY = field(connection, "instProxy");
      OUTPUT = field(connection, "ps");
      POSTER = field(connection, "poster");
      STREAM = field(connection, "strOutputStream");
      SERVER_SOCKET = field(network, "serverSocket");
      DEFAULT_CONNECT_TIMEOUT = field(network, "defaultConnectTimeout");
      DEFAULT_READ_TIMEOUT = field(network, "defaultSoTimeout");
      MethodType nothing = MethodType.methodType(void.class);
      WRITE_REQUESTS = connection.findVirtual(HttpURLConnection.class, "writeRequests", nothing);
      PARSE_HTTP = parseHttp(client);
      AVAILABLE =
          client.findVirtual(HttpClient.class, "available", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Internals() {}

  private static MethodHandle isVirtual() {
    try {
      return MethodHandles.lookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException before21) {
      return null;
    }
  }

  private static VarHandle field(MethodHandles.Lookup in, String name)
      throws ReflectiveOperationException {
    return in.unreflectVarHandle(in.lookupClass().getDeclaredField(name));
  }

  /** As (client, responses, connection); a progress source, which 17 has in between, is null. */
  private static MethodHandle parseHttp(MethodHandles.Lookup client)
      throws ReflectiveOperationException {
    for (Method method : HttpClient.class.getDeclaredMethods()) {
      if (method.getName().equals("parseHTTP")) {
        MethodHandle handle = client.unreflect(method);
        return method.getParameterCount() == 2
            ? handle
            : MethodHandles.insertArguments(handle, 2, (Object) null);
      }
    }
    throw new NoSuchMethodException("HttpClient.parseHTTP");
  }

  /** Null before the first connect and after a disconnect. */
  static HttpClient http(HttpURLConnection connection) {
    return (HttpClient) HTTP.get(connection);
  }

  static MessageHeader responses(HttpURLConnection connection) {
    return (MessageHeader) RESPONSES.get(connection);
  }

  /** What the application set; from the first send on, with the JDK's own headers. */
  static MessageHeader requests(HttpURLConnection connection) {
    return (MessageHeader) REQUESTS.get(connection);
  }

  /** Null if the application set none for this connection. */
  static Proxy proxy(HttpURLConnection connection) {
    return (Proxy) INST_PROXY.get(connection);
  }

  static boolean buffersBody(HttpURLConnection connection) {
    return POSTER.get(connection) != null;
  }

  /** Whether the application got the stream that it writes an unbuffered body to. */
  static boolean streamsBody(HttpURLConnection connection) {
    return STREAM.get(connection) != null;
  }

  /** Switches the connection's own second try off, or as it was. */
  static boolean failedOnce(HttpURLConnection connection, boolean value) {
    boolean before = (boolean) FAILED_ONCE.get(connection);
    FAILED_ONCE.set(connection, value);
    return before;
  }

  /** {@code sun.net.client.defaultConnectTimeout} in milliseconds; 0: none. */
  static int defaultConnectTimeout() {
    return (int) DEFAULT_CONNECT_TIMEOUT.get();
  }

  /** {@code sun.net.client.defaultReadTimeout} in milliseconds; 0: none. */
  static int defaultReadTimeout() {
    return (int) DEFAULT_READ_TIMEOUT.get();
  }

  /** Connects anew, from the pool or not, whatever the connection had. */
  static void connect(HttpURLConnection connection) throws IOException {
    unconnected(connection);
    connection.connect();
  }

  /** As before the first connect. */
  static void unconnected(HttpURLConnection connection) {
    HTTP.set(connection, null);
    CONNECTED.set(connection, false);
  }

  /** What the client writes to: with TLS, the socket that does it. */
  static Socket socket(HttpClient client) {
    return (Socket) SERVER_SOCKET.get(client);
  }

  /** As if plainConnect0() had come to this client. */
  static void connected(HttpURLConnection connection, HttpClient client) {
    HTTP.set(connection, client);
    OUTPUT.set(connection, client.getOutputStream());
    CONNECTED.set(connection, true);
  }

  static void writeRequests(HttpURLConnection connection) throws Throwable {
    WRITE_REQUESTS.invokeExact(connection);
  }

  static void parseHttp(HttpURLConnection connection) throws Throwable {
    MessageHeader responses = responses(connection);
    responses.reset();
    boolean ignored = (boolean) PARSE_HTTP.invoke(http(connection), responses, connection);
  }

  /** False for a platform thread, whose interrupt no I/O heeds. */
  static boolean virtual(Thread thread) {
    try {
      return VIRTUAL != null && (boolean) VIRTUAL.invokeExact(thread);
    } catch (Throwable e) {
      return false;
    }
  }

  /** Whether a pooled connection still is one; costs a millisecond when it is. */
  static boolean available(HttpClient client) throws IOException {
    try {
      return (boolean) AVAILABLE.invokeExact(client);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(e);
    }
  }
}

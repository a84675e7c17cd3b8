// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntSupplier;

/**
 * An HTTP/1.1 server on a socket of 127.0.0.1 that misbehaves as it is told, and keeps a book of
 * every request that arrived. It runs in the JVM of the test, out of reach of any hook.
 */
public final class FaultyServer implements AutoCloseable {
  private static final byte[] OK = response("200 OK", "", "ok");

  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
  private volatile Fault fault = Fault.NONE;
  private volatile IntSupplier keepAliveMillis = () -> 60_000;

  /** Null: the port is closed. Guarded by this. */
  private ServerSocket listener;

  /** What fills the backlog while nobody accepts. Guarded by this. */
  private final List<Socket> fillers = new ArrayList<>();

  /**
   * A request whose last byte was read.
   *
   * @param atNanos by System.nanoTime
   * @param headers names in lower case
   */
  public record Arrival(
      long atNanos, String method, String target, Map<String, String> headers, Socket socket) {}

  /** What is done with a request that has arrived. */
  public interface Fault {
    Fault NONE = (arrival, server) -> server.answer(arrival, OK);

    /** True: the connection stays. */
    boolean meet(Arrival arrival, FaultyServer server) throws IOException;
  }

  public FaultyServer() {
    port = Ports.free();
    listen();
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  public FaultyServer fault(Fault next) {
    fault = next;
    return this;
  }

  /** Connections are closed when they were idle for so long; asked for each time. */
  public FaultyServer keepAlive(IntSupplier millis) {
    keepAliveMillis = millis;
    return this;
  }

  /** From now on connections are refused; those that are open are reset. */
  public synchronized FaultyServer refuse() {
    shut();
    return this;
  }

  /** From now on connecting takes for ever: nobody accepts, and the backlog is full. */
  public synchronized FaultyServer blackHole() {
    shut();
    try {
      listener = bind(1);
      while (true) {
        Socket filler = new Socket();
        fillers.add(filler);
        filler.connect(new InetSocketAddress("127.0.0.1", port), 200);
      }
    } catch (SocketTimeoutException e) {
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It serves (again). */
  public synchronized FaultyServer listen() {
    shut();
    ServerSocket mine = bind(1000);
    listener = mine;
    daemon("accept", () -> accept(mine));
    return this;
  }

  /** The port is free once the thread that waited on the old socket has left it. */
  private ServerSocket bind(int backlog) {
    return Await.value(
        "port " + port,
        Duration.ofSeconds(5),
        () -> Optional.of(new ServerSocket(port, backlog, InetAddress.getByName("127.0.0.1"))));
  }

  private void shut() {
    try {
      if (listener != null) {
        listener.close();
        listener = null;
      }
      for (Socket filler : fillers) {
        filler.close();
      }
      fillers.clear();
      for (Socket socket : open) {
        reset(socket);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Collection<Arrival> arrivals() {
    return arrivals;
  }

  public int count() {
    return arrivals.size();
  }

  /** How often each target was asked for. */
  public static Map<String, Integer> byTarget(Collection<FaultyServer> servers) {
    Map<String, Integer> all = new TreeMap<>();
    servers.forEach(s -> s.arrivals.forEach(a -> all.merge(a.target(), 1, Integer::sum)));
    return all;
  }

  public static int count(Collection<FaultyServer> servers) {
    return servers.stream().mapToInt(FaultyServer::count).sum();
  }

  /** Forgets what has arrived until now. */
  public void forget() {
    arrivals.clear();
  }

  private void accept(ServerSocket mine) {
    try {
      while (true) {
        Socket socket = mine.accept();
        open.add(socket);
        daemon("connection", () -> serve(socket));
      }
    } catch (IOException e) {
      // Closed on purpose.
    }
  }

  private void daemon(String what, Runnable work) {
    Thread thread = new Thread(work, "faulty-" + port + "-" + what);
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        socket.setSoTimeout(keepAliveMillis.getAsInt());
        String line = line(in);
        if (line.isEmpty()) {
          return;
        }
        socket.setSoTimeout(0);
        Map<String, String> headers = new TreeMap<>();
        for (String h = line(in); !h.isEmpty(); h = line(in)) {
          int colon = h.indexOf(':');
          headers.put(
              h.substring(0, colon).toLowerCase(Locale.ROOT), h.substring(colon + 1).strip());
        }
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
          readChunks(in);
        } else {
          in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }
        String[] words = line.split(" ");
        Arrival arrival = new Arrival(System.nanoTime(), words[0], words[1], headers, socket);
        arrivals.add(arrival);
        if (!fault.meet(arrival, this)) {
          return;
        }
      }
    } catch (IOException e) {
      // Idle for long enough, reset by us, or left by the client.
    } finally {
      open.remove(socket);
    }
  }

  /** Up to the last one, without trailers. */
  private static void readChunks(InputStream in) throws IOException {
    int length;
    do {
      length = Integer.parseInt(line(in), 16);
      in.readNBytes(length);
      line(in);
    } while (length > 0);
  }

  /** Empty: the client has closed. */
  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  public boolean answer(Arrival arrival, byte[] response) throws IOException {
    arrival.socket().getOutputStream().write(response);
    return true;
  }

  /** RST, not FIN. */
  public void reset(Socket socket) throws IOException {
    if (!socket.isClosed()) {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  public static byte[] response(String status, String headers, String body) {
    return ("HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + body.length())
        .concat("\r\n\r\n" + body)
        .getBytes(ISO_8859_1);
  }

  @Override
  public synchronized void close() {
    shut();
  }
}

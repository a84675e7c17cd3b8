// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A proxy on a loopback port of its own that opens a tunnel for each CONNECT, to one server
 * whatever it is asked for, and remembers the heads of what it was asked.
 */
public final class TunnelProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final InetSocketAddress server;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /**
   * @param server where all tunnels lead
   */
  public TunnelProxy(InetSocketAddress server) throws IOException {
    this.server = server;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  /** What it was asked for, head by head; each line ends with a line feed. */
  public List<String> heads() {
    return List.copyOf(heads);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        daemon(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket there = new Socket(server.getAddress(), server.getPort())) {
      open.add(there);
      InputStream in = client.getInputStream();
      StringBuilder head = new StringBuilder();
      for (String line = Origin.line(in); line != null && !line.isEmpty(); line = Origin.line(in)) {
        head.append(line).append('\n');
      }
      heads.add(head.toString());
      OutputStream out = client.getOutputStream();
      if (head.indexOf("CONNECT ") != 0) {
        out.write("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        return;
      }
      out.write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      daemon(() -> pass(there, client));
      in.transferTo(there.getOutputStream());
    } catch (IOException e) {
      // One of them went away.
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One of them went away.
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "contract-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}

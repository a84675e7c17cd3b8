// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;

/** A WebSocket server that sends back what it gets (RFC 6455), one client. */
public final class EchoServer implements AutoCloseable {
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();
  private volatile Optional<String> peer = Optional.empty();

  /** Over mutual TLS. */
  public EchoServer(TestIdentity identity) throws IOException {
    this(Optional.of(identity));
  }

  /**
   * @param identity for mutual TLS; empty: plaintext
   */
  public EchoServer(Optional<TestIdentity> identity) throws IOException {
    Thread thread = new Thread(() -> serve(identity), "echo-server");
    thread.setDaemon(true);
    thread.start();
  }

  /** On loopback. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** The SPIFFE id of the client, once it has sent its head. */
  public Optional<String> peer() {
    return peer;
  }

  /** The next head of a request. */
  public String head() throws InterruptedException {
    return heads.poll(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void serve(Optional<TestIdentity> identity) {
    try (Socket raw = listener.accept();
        Socket socket = identity.isPresent() ? identity.get().accept(raw) : raw) {
      peer = socket instanceof SSLSocket tls ? TestIdentity.peer(tls) : Optional.empty();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.readUnsignedByte());
      }
      heads.add(head.toString());
      out.write(accept(head.toString()).getBytes(StandardCharsets.US_ASCII));
      while (echo(in, out)) {
        out.flush();
      }
    } catch (IOException | GeneralSecurityException e) {
      // The test sees on the client's side what is missing.
    }
  }

  private static String accept(String head) throws GeneralSecurityException {
    String name = "sec-websocket-key: ";
    int at = head.toLowerCase(Locale.ROOT).indexOf(name) + name.length();
    String key = head.substring(at, head.indexOf('\r', at));
    byte[] digest =
        MessageDigest.getInstance("SHA-1")
            .digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: "
        + Base64.getEncoder().encodeToString(digest)
        + "\r\n\r\n";
  }

  /** False after a close. */
  private static boolean echo(DataInputStream in, OutputStream out) throws IOException {
    int first = in.readUnsignedByte();
    int opcode = first & 15;
    int length = in.readUnsignedByte() & 127;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = (int) in.readLong();
    }
    byte[] mask = in.readNBytes(4);
    byte[] data = in.readNBytes(length);
    for (int i = 0; i < data.length; i++) {
      data[i] ^= mask[i & 3];
    }
    if (opcode == TEXT && new String(data, StandardCharsets.UTF_8).equals("close me")) {
      write(out, 0x80 | CLOSE, (char) (1008 >> 8), (char) (1008 & 255), "as asked");
      return false;
    }
    write(out, opcode == PING ? 0x80 | PONG : first, data);
    return opcode != CLOSE;
  }

  private static void write(OutputStream out, int first, char high, char low, String reason)
      throws IOException {
    write(out, first, ("" + high + low + reason).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void write(OutputStream out, int first, byte[] data) throws IOException {
    out.write(first);
    if (data.length < 126) {
      out.write(data.length);
    } else {
      out.write(127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) data.length >> shift) & 255);
      }
    }
    out.write(data);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.mesh.Mesh;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A peer of a MUTUAL destination that does not come to the end of the handshake. Whether that is a
 * connection that failed, which another endpoint makes good whatever the method, or a verdict about
 * an identity, which no endpoint does; RATIONALE.md, Retries.
 */
@Shows(Feature.MUTUAL_TLS)
public abstract class HandshakeContract extends MeshHarness {
  /** What a peer does in the place of a handshake. */
  enum Break {
    CLOSE_AT_ACCEPT,
    RESET_AT_ACCEPT,
    CLOSE_AFTER_HELLO,
    RESET_AFTER_HELLO,
    CLOSE_WITHIN_RECORD,
    RESET_WITHIN_RECORD,
    PLAINTEXT_ANSWER,
    GARBAGE
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatBreaksIsMadeGoodByAnotherEndpoint(Break how) throws Exception {
    isMadeGood(closing(new Peer(how)));
  }

  /** close_notify and what says nothing of a certificate; RFC 8446 section 6. */
  @ParameterizedTest
  @ValueSource(ints = {0, 10, 40, 47, 50, 70, 71, 80, 86, 109, 112, 120})
  void soIsAnAlertThatIsNotAboutACertificate(int alert) throws Exception {
    isMadeGood(closing(new Peer(alert)));
  }

  /** From bad_certificate to access_denied, and certificate_required. */
  @ParameterizedTest
  @ValueSource(ints = {42, 43, 44, 45, 46, 48, 49, 116})
  void anAlertAboutOurCertificateIsAVerdictThatIsNotRepeated(int alert) throws Exception {
    Peer one = closing(new Peer(alert));
    Peer two = closing(new Peer(alert));
    CA.issue(CLIENT_ID).save(directory);
    Mesh mesh = mesh(identity(), destination("tls: {mode: MUTUAL}", one.address(), two.address()));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(one.connections.get() + two.connections.get()).isEqualTo(1);
    assertThat(status(mesh).retries()).isZero();
  }

  @Test
  void aPeerThatClosesIsNotSaidToBeUntrusted() throws Exception {
    Peer peer = closing(new Peer(Break.CLOSE_AFTER_HELLO));
    CA.issue(CLIENT_ID).save(directory);
    mesh(
        identity(), destination("tls: {mode: MUTUAL}\n    retries: {attempts: 0}", peer.address()));
    Throwable error = failure(Request.get(URL + "/"));
    for (Throwable e = error; e != null; e = e.getCause()) {
      assertThat(e).isNotInstanceOf(SSLPeerUnverifiedException.class);
    }
    assertThat(error).isInstanceOf(IOException.class);
  }

  private void isMadeGood(Peer broken) throws Exception {
    TestServer good = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(
        identity(),
        destination(
            "tls: {mode: MUTUAL}\n    loadBalancer: {simple: ROUND_ROBIN}",
            broken.address(),
            good.address()));
    for (int i = 0; i < 4; i++) {
      assertThat(send(Request.post(URL + "/", "body")).status()).isEqualTo(200);
    }
    assertThat(broken.connections).as("connections to the broken one").hasPositiveValue();
    assertThat(good.received()).hasSize(4);
  }

  /** Accepts connections and breaks them, one after the other. */
  private static final class Peer implements AutoCloseable {
    private static final byte[] HALF_A_RECORD = {22, 3, 3, 0, 90, 2, 0, 0, 86};
    final AtomicInteger connections = new AtomicInteger();
    private final ServerSocket listener;

    Peer(Break how) throws IOException {
      this(how, new byte[0]);
    }

    Peer(int alert) throws IOException {
      this(null, new byte[] {21, 3, 3, 0, 2, (byte) (alert == 0 ? 1 : 2), (byte) alert});
    }

    private Peer(Break how, byte[] record) throws IOException {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread thread =
          new Thread(
              () -> {
                while (!listener.isClosed()) {
                  try (Socket socket = listener.accept()) {
                    connections.incrementAndGet();
                    answer(socket, how, record);
                  } catch (IOException e) {
                    // The client went away, or the test is over.
                  }
                }
              },
              "contract-broken-peer");
      thread.setDaemon(true);
      thread.start();
    }

    private static void answer(Socket socket, Break how, byte[] record) throws IOException {
      if (how == null) {
        readHello(socket);
        say(socket, record);
        return;
      }
      switch (how) {
        case CLOSE_AT_ACCEPT -> {}
        case RESET_AT_ACCEPT -> socket.setSoLinger(true, 0);
        case CLOSE_AFTER_HELLO -> readHello(socket);
        case RESET_AFTER_HELLO -> {
          readHello(socket);
          socket.setSoLinger(true, 0);
        }
        case CLOSE_WITHIN_RECORD -> {
          readHello(socket);
          say(socket, HALF_A_RECORD);
        }
        case RESET_WITHIN_RECORD -> {
          readHello(socket);
          socket.getOutputStream().write(HALF_A_RECORD);
          socket.setSoLinger(true, 0);
        }
        case PLAINTEXT_ANSWER -> {
          readHello(socket);
          String answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
          say(socket, answer.getBytes(StandardCharsets.US_ASCII));
        }
        case GARBAGE -> {
          readHello(socket);
          say(socket, new byte[64]);
        }
      }
    }

    /** Says it so that it arrives: what is unread at a close makes it a reset. */
    private static void say(Socket socket, byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    private static void readHello(Socket socket) throws IOException {
      InputStream in = socket.getInputStream();
      byte[] header = in.readNBytes(5);
      in.readNBytes(header.length < 5 ? 0 : (header[3] & 0xff) << 8 | header[4] & 0xff);
    }

    InetSocketAddress address() {
      return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A connection that breaks in the middle of a body which can be read once only, and of which a copy
 * is kept: what was read before and what is still to be read arrive elsewhere as one, or nowhere.
 */
final class LostBodyTest extends JdkHarness {
  private static final int LENGTH = 200_000;
  private final byte[] body = new byte[LENGTH];
  private final CountDownLatch broken = new CountDownLatch(1);
  private final AtomicInteger heads = new AtomicInteger();

  {
    new Random(5).nextBytes(body);
  }

  @Test
  void aPutArrivesWholeElsewhere() throws Exception {
    TestServer other = plainServer();
    mesh.script(Script.to(breaking(), plain(other)).keeping(LENGTH));
    assertThat(client.send(request("PUT"), BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
    assertThat(heads).hasValue(1);
    assertThat(other.received())
        .singleElement()
        .satisfies(r -> assertThat(r.body()).isEqualTo(body));
  }

  @Test
  void aPutOfWhichTooLittleIsKeptIsNotRepeated() throws Exception {
    TestServer other = plainServer();
    mesh.script(Script.to(breaking(), plain(other)).keeping(10));
    assertThatThrownBy(() -> client.send(request("PUT"), BodyHandlers.discarding()))
        .isInstanceOf(IOException.class);
    assertThat(heads).hasValue(1);
    assertThat(other.received()).isEmpty();
  }

  @Test
  void aPostIsNotRepeated() throws Exception {
    TestServer other = plainServer();
    mesh.script(Script.to(breaking(), plain(other)).keeping(LENGTH));
    assertThatThrownBy(() -> client.send(request("POST"), BodyHandlers.discarding()))
        .isInstanceOf(IOException.class);
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
    assertThat(heads).hasValue(1);
    assertThat(other.received()).isEmpty();
  }

  private HttpRequest request(String method) {
    return HttpRequest.newBuilder(URI.create(URL + "/"))
        .method(method, BodyPublishers.ofInputStream(() -> new Interrupted(body, broken)))
        .build();
  }

  /** Reads what comes until the middle of the body, and resets the connection. */
  private TestEndpoint breaking() throws IOException {
    ServerSocket listener = closing(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()));
    Thread thread =
        new Thread(
            () -> {
              while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                  heads.incrementAndGet();
                  socket.getInputStream().readNBytes(LENGTH / 4);
                  socket.setSoLinger(true, 0);
                } catch (IOException e) {
                  continue;
                }
                broken.countDown();
              }
            },
            "breaking-server");
    thread.setDaemon(true);
    thread.start();
    return TestEndpoint.plain(HOST, (InetSocketAddress) listener.getLocalSocketAddress());
  }

  /** Gives the second half once the connection is broken. */
  private static final class Interrupted extends InputStream {
    private final InputStream bytes;
    private final CountDownLatch broken;
    private int given;

    Interrupted(byte[] body, CountDownLatch broken) {
      this.bytes = new ByteArrayInputStream(Arrays.copyOf(body, body.length));
      this.broken = broken;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("the JDK reads pieces");
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int most = length;
      if (given < LENGTH / 2) {
        most = Math.min(length, LENGTH / 2 - given);
      } else {
        await();
      }
      int read = bytes.read(to, offset, most);
      given += Math.max(read, 0);
      return read;
    }

    private void await() throws IOException {
      try {
        if (!broken.await(20, TimeUnit.SECONDS)) {
          throw new IOException("the connection did not break");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }
}

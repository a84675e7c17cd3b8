// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Bodies that are on the way for long, to a destination of the mesh with mutual TLS: nothing is
 * held back, and nothing is piled up.
 */
public abstract class StreamedClientContract extends MeshHarness {
  /** They take long, and are no matter of the JDK: CI leaves them out on another one. */
  private static final String LARGE_BODIES = "large-bodies";

  private static final long LARGE = 100L << 20;

  /** More than sockets, TLS, the library and the mesh may hold together: much less than all. */
  private static final long HELD = 24L << 20;

  /** So long nothing moves: whoever is to wait waits. Too short a rest only asks for less. */
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final String CHUNKED_HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

  /**
   * Makes a request as an application does that streams: the library reads the body as it sends it,
   * of a length that nobody knows.
   *
   * @param body of a POST; empty: a GET
   * @return the response's body, to be read while it arrives
   */
  protected abstract InputStream stream(String url, Optional<InputStream> body) throws Exception;

  @Override
  protected final Response send(Request request) {
    throw new UnsupportedOperationException("these tests stream");
  }

  private void secured(InetSocketAddress server) throws Exception {
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination("tls: {mode: MUTUAL}", server));
  }

  /** The answer is awaited first, as by long polling, then each event, as server-sent ones are. */
  @Test
  void eventsAreReadWhileTheNextOneIsNotThere() throws Exception {
    Semaphore wanted = new Semaphore(0);
    TestServer server =
        closing(TestServer.secured(ORDERS))
            .answering(
                connection -> {
                  await(wanted);
                  connection.write(CHUNKED_HEAD);
                  for (int i = 0; i < 3; i++) {
                    await(wanted);
                    connection.write("9\r\ndata: " + i + "\n\n\r\n");
                  }
                  connection.write("0\r\n\r\n");
                });
    secured(server.address());
    CompletableFuture<InputStream> answer = begin("/events", Optional.empty());
    eventually(() -> server.received().size() == 1, () -> "the request");
    assertThat(server.received().get(0).peer()).contains(CLIENT_ID);
    wanted.release();
    try (InputStream in = await(answer)) {
      for (int i = 0; i < 3; i++) {
        wanted.release();
        assertThat(await(reading(() -> event(in)))).isEqualTo("data: " + i);
      }
      int end = await(reading(in::read));
      assertThat(end).isEqualTo(-1);
    }
  }

  @Test
  @Tag(LARGE_BODIES)
  void aLargeBodyIsSentAsFastAsTheServerReadsIt() throws Exception {
    Source source = new Source();
    LargeServer server = closing(new LargeServer(source));
    secured(server.address());
    CompletableFuture<InputStream> answer = begin("/upload", Optional.of(source));
    eventually(source::rests, () -> "the end of sending into buffers");
    assertThat(source.given()).as("sent while nobody read").isLessThan(HELD);
    server.reads.countDown();
    try (InputStream in = await(answer)) {
      assertThat(new String(await(reading(in::readAllBytes)), US_ASCII))
          .isEqualTo(LARGE + " " + source.sum.getValue());
    }
  }

  @Test
  @Tag(LARGE_BODIES)
  void aLargeBodyIsTakenAsFastAsTheApplicationReadsIt() throws Exception {
    Source source = new Source();
    LargeServer server = closing(new LargeServer(source));
    secured(server.address());
    try (InputStream in = await(begin("/download", Optional.empty()))) {
      CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
      int first = await(reading(checked::read));
      assertThat(first).isNotNegative();
      eventually(source::rests, () -> "the end of sending into buffers");
      assertThat(source.given()).as("taken while nobody read").isLessThan(HELD);
      long length = await(reading(() -> checked.transferTo(OutputStream.nullOutputStream())));
      assertThat(1 + length).isEqualTo(LARGE);
      assertThat(checked.getChecksum().getValue()).isEqualTo(source.sum.getValue());
    }
  }

  private CompletableFuture<InputStream> begin(String path, Optional<InputStream> body) {
    return reading(() -> stream(URL + path, body));
  }

  /** What an application waits for on a thread of its own. */
  private static <T> CompletableFuture<T> reading(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(task.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "contract-application");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  /**
   * Not by {@code readNBytes}, which asks for nothing once it has all: some libraries then wait.
   */
  private static String event(InputStream in) throws IOException {
    String event = line(in);
    assertThat(line(in)).as("after %s", event).isEmpty();
    return event;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("half a line");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  private static <T> T await(CompletableFuture<T> result) throws Exception {
    return result.get(3 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static void await(Semaphore wanted) throws IOException {
    try {
      if (!wanted.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("the application did not read what was there");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Read by one thread after the other; how much was read is seen by all. */
  private static final class Source extends InputStream {
    final CRC32 sum = new CRC32();
    private final AtomicLong given = new AtomicLong();
    private volatile long lastGiven;

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      long before = given.get();
      int count = (int) Math.min(length, LARGE - before);
      if (count == 0 && length > 0) {
        return -1;
      }
      for (int i = offset; i < offset + count; i += 256) {
        bytes[i] = (byte) (before >>> 8);
      }
      sum.update(bytes, offset, count);
      lastGiven = System.nanoTime();
      given.addAndGet(count);
      return count;
    }

    long given() {
      return given.get();
    }

    boolean rests() {
      return given() > 0 && System.nanoTime() - lastGiven > REST_NANOS;
    }
  }

  /**
   * Of one request: one without a body it answers with all of a source, as fast as that is taken;
   * the body of another it reads when it is told to, and answers with its length and its sum.
   */
  private static final class LargeServer implements AutoCloseable {
    final CountDownLatch reads = new CountDownLatch(1);
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final InputStream source;

    LargeServer(InputStream source) throws IOException {
      this.source = source;
      Thread thread = new Thread(this::serve, "contract-large-server");
      thread.setDaemon(true);
      thread.start();
    }

    private void serve() {
      try (Socket raw = listener.accept();
          Socket socket = ORDERS.accept(raw)) {
        InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        OutputStream out = socket.getOutputStream();
        boolean chunked = false;
        String method = line(in);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
          chunked |= line.toLowerCase(Locale.ROOT).equals("transfer-encoding: chunked");
        }
        if (method.startsWith("GET ")) {
          out.write(CHUNKED_HEAD.getBytes(US_ASCII));
          send(out);
        } else if (chunked && reads.await(3 * PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          String answer = body(in);
          String head = "HTTP/1.1 200 OK\r\nContent-Length: " + answer.length() + "\r\n\r\n";
          out.write((head + answer).getBytes(US_ASCII));
        }
        in.read();
      } catch (IOException | InterruptedException e) {
        // The test sees on the client's side what is missing.
      }
    }

    private void send(OutputStream out) throws IOException {
      byte[] bytes = new byte[1 << 16];
      for (int count = source.read(bytes); count > 0; count = source.read(bytes)) {
        out.write((Integer.toHexString(count) + "\r\n").getBytes(US_ASCII));
        out.write(bytes, 0, count);
        out.write("\r\n".getBytes(US_ASCII));
      }
      out.write("0\r\n\r\n".getBytes(US_ASCII));
    }

    private static String body(InputStream in) throws IOException {
      CRC32 sum = new CRC32();
      byte[] bytes = new byte[1 << 16];
      long total = 0;
      for (int left = size(in); left > 0; left = size(in)) {
        while (left > 0) {
          int count = in.read(bytes, 0, Math.min(left, bytes.length));
          if (count < 0) {
            throw new EOFException("the body ends within a chunk");
          }
          sum.update(bytes, 0, count);
          total += count;
          left -= count;
        }
        line(in);
      }
      line(in);
      return total + " " + sum.getValue();
    }

    private static int size(InputStream in) throws IOException {
      return Integer.parseInt(line(in).trim(), 16);
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

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.inboard.call.InboundTls;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection;
import io.inboard.contract.Eventually;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerFixture;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of connections that never come to a request. */
final class ArrivalsTest extends ServerFixture {
  private static final byte[] HALF_HELLO = {0x16, 0x03, 0x01};

  private HttpServer own;

  @Override
  protected String library() {
    return "jdk-http-server";
  }

  @Override
  protected RunningServer start() throws IOException {
    own = HttpServer.create(anyPort(), 0);
    own.createContext("/", x -> x.sendResponseHeaders(204, -1));
    ExecutorService threads = Executors.newCachedThreadPool();
    own.setExecutor(threads);
    own.start();
    return new RunningServer() {
      @Override
      public int port() {
        return own.getAddress().getPort();
      }

      @Override
      public void close() {
        own.stop(0);
        threads.shutdownNow();
      }
    };
  }

  /** Nothing here ends by its time, unless a test says so. */
  @BeforeEach
  void patience() {
    mesh.handshakeMillis(600_000);
  }

  /** RFC 8446 section 5.1. JSSE would wait for a record of 32 KB. */
  @Test
  void aRecordThatIsTooLargeEndsTheConnection() throws Exception {
    byte[] tooLarge = new byte[20_000];
    System.arraycopy(new byte[] {0x16, 0x03, 0x03, 0x7f, (byte) 0xff}, 0, tooLarge, 0, 5);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send(tooLarge);
      wire.untilClosed();
      mesh.refusedFor(Refusal.HANDSHAKE);
    }
    nobodyWaits(own);
  }

  @Test
  void whatTheExecutorRejectsWaitsNoLonger() throws Exception {
    HttpServer rejecting = HttpServer.create(anyPort(), 0);
    rejecting.setExecutor(
        task -> {
          throw new RejectedExecutionException("full");
        });
    rejecting.start();
    try (RawConnection wire = RawConnection.plain(port(rejecting))) {
      byte[] hello = hello();
      wire.send(Arrays.copyOf(hello, 3));
      waiting(rejecting, 1);
      wire.send(Arrays.copyOfRange(hello, 3, hello.length));
      wire.untilClosed();
      nobodyWaits(rejecting);
    } finally {
      rejecting.stop(0);
    }
  }

  /** Its thread never comes, or waits for a peer that reads nothing: the same to the timer. */
  @Test
  void whatIsWithAThreadForTooLongIsClosed() throws Exception {
    mesh.handshakeMillis(200);
    HttpServer stuck = HttpServer.create(anyPort(), 0);
    Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    stuck.setExecutor(queue::add);
    stuck.start();
    try (RawConnection wire = RawConnection.plain(port(stuck))) {
      wire.send(hello());
      wire.untilClosed();
      mesh.refusedFor(Refusal.TIMEOUT);
      nobodyWaits(stuck);
      assertThat(queue).hasSize(1);
      queue.remove().run();
      assertThat(mesh.refusedConnections()).hasSize(1);
    } finally {
      stuck.stop(0);
    }
  }

  /** JSSE is not to be trusted with everything that a peer can send. */
  @Test
  void aHandshakeThatThrowsAnythingIsRefused() throws Exception {
    mesh.tls(engines(() -> new IllegalStateException("a bug in JSSE")));
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send(hello());
      wire.untilClosed();
      mesh.refusedFor(Refusal.HANDSHAKE);
    }
    nobodyWaits(own);
  }

  @Test
  void aServerThatStopsIsForgotten() throws Exception {
    HttpServer stopped = HttpServer.create(anyPort(), 0);
    stopped.start();
    WeakReference<Object> itself = new WeakReference<>(itself(stopped));
    try (RawConnection wire = RawConnection.plain(port(stopped))) {
      wire.send(HALF_HELLO);
      waiting(stopped, 1);
      stopped.stop(0);
      nobodyWaits(stopped);
      mesh.refused(0);
    }
    stopped = null;
    Eventually.eventually(
        () -> {
          System.gc();
          return itself.get() == null;
        },
        () -> "the end of a server that was stopped");
  }

  @Test
  void oneAddressCannotEndTheHandshakesOfAnother() throws Exception {
    List<RawConnection> many = new ArrayList<>();
    try (Socket other = new Socket()) {
      other.bind(new InetSocketAddress("127.0.0.2", 0));
      other.connect(own.getAddress());
      other.getOutputStream().write(HALF_HELLO);
      waiting(own, 1);
      for (int i = 0; i < Arrivals.MOST; i++) {
        RawConnection wire = RawConnection.plain(server.port());
        many.add(wire);
        wire.send(HALF_HELLO);
        if (i == 0) {
          waiting(own, 2);
        }
      }
      many.get(0).untilClosed();
      mesh.refusedFor(Refusal.TIMEOUT);
      assertThat(mesh.refusedConnections().get(0).remote().getAddress())
          .isEqualTo(InetAddress.getLoopbackAddress());
      waiting(own, Arrivals.MOST);
      byte[] hello = hello();
      other.getOutputStream().write(hello, HALF_HELLO.length, hello.length - HALF_HELLO.length);
      assertThat(other.getInputStream().read()).as("an answer to the other half").isEqualTo(0x16);
    } finally {
      for (RawConnection wire : many) {
        wire.close();
      }
    }
    nobodyWaits(own);
  }

  /** There may be many, if the application's executor is slow. */
  @Test
  void plaintextThatWaitsForAThreadHoldsNoBuffer() throws Exception {
    try (ServerSocketChannel acceptor = ServerSocketChannel.open().bind(anyPort());
        RawConnection wire = RawConnection.plain(acceptor.socket().getLocalPort());
        SocketChannel accepted = acceptor.accept()) {
      wire.send("GET", "/", new byte[100]);
      ChannelBytes channel = new ChannelBytes(accepted);
      InboundConnection inbound = new Connection(channel).inbound();
      assertThat(inbound.next(channel)).isEqualTo(InboundConnection.Next.PLAIN);
      assertThat(inbound.early()).isEqualTo(InboundConnection.FEWEST_BYTES);
    }
  }

  private static void nobodyWaits(HttpServer server) {
    waiting(server, 0);
  }

  private static void waiting(HttpServer server, int count) {
    Eventually.eventually(() -> waiting(server) == count, () -> count + " that wait");
  }

  /** As the woven copy of the hooks counts them, which has a class loader of its own. */
  private static int waiting(HttpServer server) {
    for (Class<?> each : ByteBuddyAgent.install().getAllLoadedClasses()) {
      if (each.getName().equals(Arrivals.class.getName()) && each != Arrivals.class) {
        try {
          Method of = each.getDeclaredMethod("of", Object.class);
          of.setAccessible(true);
          Method waiting = each.getDeclaredMethod("waiting");
          waiting.setAccessible(true);
          return (int) waiting.invoke(of.invoke(null, itself(server)));
        } catch (ReflectiveOperationException e) {
          throw new AssertionError(e);
        }
      }
    }
    return 0;
  }

  /** The JDK's {@code ServerImpl}. */
  private static Object itself(HttpServer server) {
    Module jdks = server.getClass().getModule();
    ByteBuddyAgent.install()
        .redefineModule(
            jdks,
            Set.of(),
            Map.of(),
            Map.of("sun.net.httpserver", Set.of(ArrivalsTest.class.getModule())),
            Set.of(),
            Map.of());
    try {
      Field known = server.getClass().getDeclaredField("server");
      known.setAccessible(true);
      return known.get(server);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** TLS whose engines cannot be made. */
  private static InboundTls engines(Supplier<RuntimeException> error) {
    return (InboundTls)
        Proxy.newProxyInstance(
            InboundTls.class.getClassLoader(),
            new Class<?>[] {InboundTls.class},
            (proxy, method, arguments) -> {
              throw error.get();
            });
  }

  /** What a client says first. */
  private byte[] hello() throws IOException {
    SSLEngine engine = client.context().createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    return Arrays.copyOf(hello.array(), hello.position());
  }

  private static int port(HttpServer server) {
    return server.getAddress().getPort();
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.inboard.call.Inboard;
import io.inboard.call.Sockets;
import io.inboard.contract.WovenJvm;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.rmi.Remote;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.UnicastRemoteObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where ports and connections are opened, by whom, and what becomes of them when it is refused. */
final class SocketsTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final Scripted scripted = new Scripted();

  /** Says no on demand, and writes down who asked. */
  private static final class Scripted implements Sockets {
    final List<Listener> asked = Collections.synchronizedList(new ArrayList<>());
    final List<Listener> opened = Collections.synchronizedList(new ArrayList<>());
    final List<BooleanSupplier> open = Collections.synchronizedList(new ArrayList<>());
    final List<Class<?>> connecting = Collections.synchronizedList(new ArrayList<>());
    volatile boolean refuses;
    volatile boolean fails;
    volatile boolean failsClosed;

    @Override
    public Optional<String> opening(Listener listener) {
      if (fails) {
        throw new IllegalStateException("scripted");
      }
      asked.add(listener);
      return refuses ? Optional.of("scripted refusal") : Optional.empty();
    }

    @Override
    public void opened(Listener listener, BooleanSupplier still) {
      opened.add(listener);
      open.add(still);
    }

    @Override
    public boolean watches(InetSocketAddress remote) {
      return true;
    }

    @Override
    public Optional<String> connecting(InetSocketAddress remote, Class<?> opener) {
      if (fails) {
        throw new IllegalStateException("scripted");
      }
      connecting.add(opener);
      return refuses ? Optional.of("scripted refusal") : Optional.empty();
    }

    @Override
    public boolean failsClosed(int localPort) {
      return failsClosed;
    }

    @Override
    public boolean failsClosed(InetSocketAddress remote) {
      return failsClosed;
    }
  }

  @BeforeEach
  void watch() {
    WovenJvm.ensure();
    WovenJvm.takeTroubles();
    Inboard.watch(scripted);
  }

  @AfterEach
  void noHookFailed() {
    Inboard.watch(Sockets.PASS);
    List<String> troubles = WovenJvm.takeTroubles();
    if (!scripted.fails) {
      assertThat(troubles).isEmpty();
    }
  }

  /** The ways to open a port; each gives what closes it. */
  private enum Server {
    SOCKET {
      @Override
      AutoCloseable bind(InetSocketAddress at) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(at);
        return server;
      }
    },
    CONSTRUCTED {
      @Override
      AutoCloseable bind(InetSocketAddress at) throws IOException {
        return new ServerSocket(at.getPort(), 5, at.getAddress());
      }
    },
    CHANNEL {
      @Override
      AutoCloseable bind(InetSocketAddress at) throws IOException {
        return ServerSocketChannel.open().bind(at);
      }
    },
    ADAPTOR {
      @Override
      AutoCloseable bind(InetSocketAddress at) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        channel.socket().bind(at);
        return channel;
      }
    },
    ASYNCHRONOUS {
      @Override
      AutoCloseable bind(InetSocketAddress at) throws IOException {
        return AsynchronousServerSocketChannel.open().bind(at);
      }
    },
    NETTY_NIO {
      @Override
      AutoCloseable bind(InetSocketAddress at) throws Exception {
        return netty(NioIoHandler.newFactory(), NioServerSocketChannel.class, at);
      }

      @Override
      String opener() {
        return NioServerSocketChannel.class.getName();
      }
    },
    NETTY_EPOLL {
      @Override
      AutoCloseable bind(InetSocketAddress at) throws Exception {
        return netty(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, at);
      }

      @Override
      String opener() {
        return EpollServerSocketChannel.class.getName();
      }
    };

    abstract AutoCloseable bind(InetSocketAddress at) throws Exception;

    String opener() {
      return getDeclaringClass().getName();
    }
  }

  private static AutoCloseable netty(
      IoHandlerFactory io, Class<? extends ServerChannel> type, InetSocketAddress at)
      throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .childHandler(new ChannelInboundHandlerAdapter())
            .bind(at)
            .await();
    if (!bound.isSuccess()) {
      group.shutdownGracefully();
      throw (Exception) bound.cause();
    }
    Channel channel = bound.channel();
    return () -> {
      channel.close().sync();
      group.shutdownGracefully();
    };
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, LOOPBACK)) {
      return probe.getLocalPort();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPortIsSeenWithTheClassThatOpensItUntilItCloses(Server server) throws Exception {
    int port = freePort();
    scripted.asked.clear();
    scripted.opened.clear();
    scripted.open.clear();
    AutoCloseable socket = server.bind(new InetSocketAddress(LOOPBACK, port));
    assertThat(scripted.asked).hasSize(1);
    assertThat(scripted.opened)
        .singleElement()
        .satisfies(
            l -> {
              assertThat(l.local()).isEqualTo(new InetSocketAddress(LOOPBACK, port));
              assertThat(l.opener().getName()).startsWith(server.opener());
            });
    assertThat(scripted.open.get(0).getAsBoolean()).isTrue();
    socket.close();
    assertThat(scripted.open.get(0).getAsBoolean()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aPortThatIsRefusedDoesNotOpen(Server server) throws Exception {
    int port = freePort();
    scripted.opened.clear();
    scripted.refuses = true;
    for (int tries = 0; tries < 2; tries++) {
      assertThatThrownBy(() -> server.bind(new InetSocketAddress(LOOPBACK, port)))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("scripted refusal");
      assertDeaf(port);
    }
    assertThat(scripted.opened).isEmpty();
    scripted.refuses = false;
    server.bind(new InetSocketAddress(LOOPBACK, port)).close();
  }

  @ParameterizedTest
  @EnumSource
  void aPortThatTheSystemChoosesIsJudgedOnceItIsKnown(Server server) throws Exception {
    scripted.refuses = true;
    assertThatThrownBy(() -> server.bind(new InetSocketAddress(LOOPBACK, 0)))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("scripted refusal");
    assertThat(scripted.asked).hasSize(1);
    int port = scripted.asked.get(0).local().getPort();
    assertThat(port).isPositive();
    assertDeaf(port);
    assertThat(scripted.opened).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anErrorOfOursKeepsAPortClosedThatWasToBeClosed(Server server) throws Exception {
    int port = freePort();
    int first = freePort();
    int second = freePort();
    scripted.fails = true;
    server.bind(new InetSocketAddress(LOOPBACK, first)).close();
    scripted.failsClosed = true;
    if (server != Server.NETTY_EPOLL) {
      server.bind(new InetSocketAddress(LOOPBACK, second)).close(); // Loopback is not our business.
    }
    assertThatThrownBy(() -> server.bind(new InetSocketAddress(port)))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("portLevelMtls");
    assertDeaf(port);
  }

  /** Soon: a selector that knows the channel closes it at its next turn. */
  private void assertDeaf(int port) {
    boolean refuses = scripted.refuses;
    scripted.refuses = false;
    eventually(() -> isDeaf(port), () -> "port " + port + " to be closed");
    scripted.refuses = refuses;
  }

  private static boolean isDeaf(int port) {
    try (Socket socket = new Socket(LOOPBACK, port)) {
      return !socket.isConnected();
    } catch (IOException e) {
      return e instanceof ConnectException && !e.getMessage().contains("scripted");
    }
  }

  @Test
  void bindingToNothingIsAPortThatTheSystemChooses() throws Exception {
    try (ServerSocket server = new ServerSocket()) {
      server.bind(null);
      assertThat(scripted.opened.get(0).local().getPort()).isEqualTo(server.getLocalPort());
      assertThat(scripted.opened.get(0).local().getAddress().isAnyLocalAddress()).isTrue();
    }
  }

  @Test
  void theHookedServerIsKnownByTheClassThatBinds() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.stop(0);
    assertThat(scripted.opened)
        .singleElement()
        .satisfies(l -> assertThat(WovenJvm.ensure().knows(l.opener())).isTrue());
  }

  /** The ways to connect; each closes what it opens. */
  private enum Client {
    SOCKET {
      @Override
      void connect(InetSocketAddress to) throws IOException {
        try (Socket socket = new Socket()) {
          socket.connect(to, 1_000);
        }
      }
    },
    CHANNEL {
      @Override
      void connect(InetSocketAddress to) throws IOException {
        SocketChannel.open(to).close();
      }
    },
    ADAPTOR {
      @Override
      void connect(InetSocketAddress to) throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
          channel.socket().connect(to, 1_000);
        }
      }
    },
    FUTURE {
      @Override
      void connect(InetSocketAddress to) throws Exception {
        try (AsynchronousSocketChannel channel = AsynchronousSocketChannel.open()) {
          channel.connect(to).get();
        }
      }
    },
    HANDLER {
      @Override
      void connect(InetSocketAddress to) throws Exception {
        try (AsynchronousSocketChannel channel = AsynchronousSocketChannel.open()) {
          channel.connect(
              to,
              "",
              new CompletionHandler<Void, String>() {
                @Override
                public void completed(Void result, String attachment) {}

                @Override
                public void failed(Throwable error, String attachment) {}
              });
        }
      }
    },
    NETTY_NIO {
      @Override
      void connect(InetSocketAddress to) throws Exception {
        netty(NioIoHandler.newFactory(), NioSocketChannel.class, to);
      }
    },
    NETTY_EPOLL {
      @Override
      void connect(InetSocketAddress to) throws Exception {
        netty(EpollIoHandler.newFactory(), EpollSocketChannel.class, to);
      }
    },
    APACHE {
      @Override
      void connect(InetSocketAddress to) throws Exception {
        try (CloseableHttpClient client = HttpClients.custom().disableAutomaticRetries().build()) {
          client.execute(new HttpGet(url(to)), response -> response.getCode());
        }
      }
    };

    abstract void connect(InetSocketAddress to) throws Exception;

    private static void netty(
        IoHandlerFactory io, Class<? extends Channel> type, InetSocketAddress to) throws Exception {
      EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io);
      ChannelFuture connected =
          new Bootstrap()
              .group(group)
              .channel(type)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(to)
              .await();
      connected.channel().close();
      group.shutdownGracefully();
      if (!connected.isSuccess()) {
        throw (Exception) connected.cause();
      }
    }
  }

  private static String url(InetSocketAddress to) {
    return "http://" + to.getAddress().getHostAddress() + ":" + to.getPort() + "/";
  }

  private HttpServer answering() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionIsSeenWithTheClassThatOpensIt(Client client) throws Exception {
    HttpServer server = answering();
    try {
      client.connect(server.getAddress());
      assertThat(scripted.connecting)
          .hasSize(1)
          .noneMatch(WovenJvm.ensure()::knows)
          .noneMatch(c -> c.getName().startsWith("java.") || c.getName().contains("unix.Socket"));
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatIsRefusedIsNotTried(Client client) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      server.setSoTimeout(1);
      scripted.refuses = true;
      assertThatThrownBy(() -> client.connect((InetSocketAddress) server.getLocalSocketAddress()))
          .hasStackTraceContaining("scripted refusal");
      assertThatThrownBy(server::accept).as("nobody came").isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anErrorOfOursKeepsAConnectionFromWhereUnknownClientsAreRefused(Client client)
      throws Exception {
    HttpServer server = answering();
    try {
      scripted.fails = true;
      client.connect(server.getAddress());
      scripted.failsClosed = true;
      assertThatThrownBy(() -> client.connect(server.getAddress()))
          .hasStackTraceContaining("an error of ours");
    } finally {
      server.stop(0);
    }
  }

  /** {@code com.sun.management.jmxremote} and {@code jconsole}: on every address, for this host. */
  @Test
  void theServerOfLocalJmxIsForThisHostOnly() throws Exception {
    RMIServerSocketFactory local =
        (RMIServerSocketFactory)
            Class.forName("sun.management.jmxremote.LocalRMIServerSocketFactory")
                .getConstructor()
                .newInstance();
    local.createServerSocket(0).close();
    assertThat(scripted.opened)
        .singleElement()
        .satisfies(
            l -> {
              assertThat(l.ownHostOnly()).isTrue();
              assertThat(l.chosen()).isTrue();
            });
  }

  /** Without its plumbing: who exports an object can do something about it. */
  @Test
  void aServerOfRmiIsTheOneThatExports() throws Exception {
    Remote exported = new Remote() {};
    UnicastRemoteObject.exportObject(
        exported, 0, null, port -> new ServerSocket(port, 5, LOOPBACK));
    UnicastRemoteObject.unexportObject(exported, true);
    assertThat(scripted.opened)
        .singleElement()
        .satisfies(l -> assertThat(l.opener().getName()).startsWith(SocketsTest.class.getName()));
  }

  @Test
  void theHookedClientsAreKnownByTheClassThatConnects() throws Exception {
    HttpServer server = answering();
    try {
      URL url = new URL(url(server.getAddress()));
      assertThat(((HttpURLConnection) url.openConnection()).getResponseCode()).isEqualTo(204);
      HttpClient client = HttpClient.newHttpClient();
      client.send(
          HttpRequest.newBuilder(URI.create(url.toString())).build(),
          HttpResponse.BodyHandlers.discarding());
      assertThat(scripted.connecting).hasSize(2).allMatch(WovenJvm.ensure()::knows);
    } finally {
      server.stop(0);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Endpoint;
import io.inboard.call.Inboard;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.Refusals;
import io.inboard.weave.HookErrors;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.Promise;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * A connection that the library opens, in its place: to the endpoint of an attempt, or, of a
 * WebSocket, to that which the mesh says for the connection. On the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class Opening {
  /** Addresses to which WebSockets are opened without TLS of the application's or a proxy. */
  private static final WeakIdentityMap<Object, Boolean> WEB_SOCKETS = new WeakIdentityMap<>();

  private final Object provider;

  /** What the library does when it is open; null since 5.1. */
  private final Object opened;

  private final Promise<Channel> promise;

  private Opening(Object provider, Object opened, Promise<Channel> promise) {
    this.provider = provider;
    this.opened = opened;
    this.promise = promise;
  }

  /** WebSockets to one server are going to be opened, by a connector. */
  static void ofWebSockets(Object group, Object connector) {
    boolean is51 = Members.is51();
    Object by = is51 ? Members.GROUP_PARAMS.get(group) : connector;
    boolean secured = (boolean) (is51 ? Members.PARAMS_SSL : Members.CONNECTOR_SSL).get(by);
    Object proxy = (is51 ? Members.PARAMS_PROXY : Members.CONNECTOR_PROXY).get(by);
    if (!secured && proxy == null) {
      Object server =
          is51 ? Members.GROUP_SERVER.get(group) : Members.CONNECTOR_SERVER.get(connector);
      WEB_SOCKETS.put(server, true);
    }
  }

  /**
   * {@code ChannelProvider#handleConnect}.
   *
   * @param first the address, or what the library does when it is open
   * @param second the address, unless it is the first
   * @return whether this opens it; false: the library does
   */
  static boolean begin(Object provider, Object first, Object second, Promise<Channel> promise) {
    Object remote = first instanceof SocketAddress ? first : second;
    Opening opening = new Opening(provider, first == remote ? null : first, promise);
    if (remote instanceof Target target) {
      opening.open(target, problem -> {});
      return true;
    }
    return WEB_SOCKETS.get(remote) != null
        && !Inboard.outbound().disabled()
        && opening.openForWebSocket((SocketAddress) remote);
  }

  /** After an error of ours: what is to be encrypted is not connected to. */
  static boolean refuse(Throwable mistake, Object first, Object second, Promise<Channel> promise) {
    Object remote = first instanceof SocketAddress ? first : second;
    Optional<SSLException> refusal =
        remote instanceof Target target
            ? Optional.of(target.refusal(mistake))
            : WEB_SOCKETS.get(remote) == null
                ? Optional.empty()
                : Refusals.failClosed(
                    VertxClientHooks.NAME,
                    "http",
                    ((SocketAddress) remote).host(),
                    ((SocketAddress) remote).port(),
                    mistake);
    refusal.ifPresent(promise::tryFailure);
    return refusal.isPresent();
  }

  /** Hears of what has failed. */
  private interface Failed {
    void because(Throwable problem);
  }

  private void open(Target target, Failed failed) {
    Bootstrap bootstrap = (Bootstrap) Members.BOOTSTRAP.get(provider);
    int millis = millis(bootstrap, target);
    bootstrap.resolver(NoopAddressResolverGroup.INSTANCE);
    bootstrap.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis);
    boolean secured = target.plan().isPresent();
    bootstrap.handler(
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            if (secured) {
              Handshake.below(
                  channel.pipeline(),
                  target,
                  target.connectNanos() == Long.MAX_VALUE ? 0 : millis,
                  failure -> shaken(channel, failure, failed));
            }
          }
        });
    ChannelFuture connecting = bootstrap.connect(target.address());
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            fail(connecting.channel(), done.cause(), failed);
          } else if (!secured) {
            connected(connecting.channel(), "", failed);
          }
        });
  }

  /** The shorter bound of the application's and ours. */
  private static int millis(Bootstrap bootstrap, Target target) {
    Object own = bootstrap.config().options().get(ChannelOption.CONNECT_TIMEOUT_MILLIS);
    int application = own instanceof Integer set && set > 0 ? set : Integer.MAX_VALUE;
    long ours = TimeUnit.NANOSECONDS.toMillis(target.connectNanos());
    return (int) Math.max(1, Math.min(application, ours));
  }

  private void shaken(Channel channel, Throwable failure, Failed failed) {
    if (failure == null) {
      connected(channel, Handshake.agreed(Handshake.of(channel.pipeline())), failed);
    } else {
      fail(channel, failure, failed);
    }
  }

  private void connected(Channel channel, String agreed, Failed failed) {
    try {
      Members.AGREED.set(provider, agreed);
      if (Members.CONNECTED.arity() == 5) {
        Members.CONNECTED.call(provider, opened, channel, false, promise);
      } else {
        Members.CONNECTED.call(provider, channel, false, promise);
      }
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(VertxClientHooks.NAME, Opening.class, e);
      fail(channel, new IOException("inboard: the connection is not opened", e), failed);
    }
  }

  private void fail(Channel channel, Throwable why, Failed failed) {
    failed.because(why);
    promise.tryFailure(why);
    channel.close();
  }

  // Of a WebSocket.

  private boolean openForWebSocket(SocketAddress server) {
    Call call = Inboard.outbound().begin(new OfWebSocket(server));
    if (call == Call.UNTOUCHED) {
      return false;
    }
    Step first = call.first();
    if (first instanceof Step.Send send
        && send.delayNanos() == 0
        && send.attempt().endpoint().isEmpty()) {
      over(call);
      return false;
    }
    follow(call, first);
    return true;
  }

  private void follow(Call call, Step step) {
    if (step instanceof Step.Send send) {
      loop().schedule(() -> connect(call, send.attempt()), send.delayNanos(), TimeUnit.NANOSECONDS);
    } else if (step instanceof Step.Later later) {
      later
          .next()
          .whenComplete(
              (next, error) ->
                  loop()
                      .execute(
                          () -> {
                            if (error == null) {
                              follow(call, next);
                            } else {
                              give(call, new IOException(error));
                            }
                          }));
    } else if (step instanceof Step.Refuse refuse) {
      give(call, Refusals.exception(refuse, null, ConnectTimeout::new));
    } else {
      give(call, new IOException("inboard: the connection is not opened, as the settings say"));
    }
  }

  private EventLoopGroup loop() {
    return ((Bootstrap) Members.BOOTSTRAP.get(provider)).config().group();
  }

  private void connect(Call call, Attempt attempt) {
    try {
      Endpoint endpoint = attempt.endpoint().orElse(null);
      if (endpoint == null || endpoint.address().isUnresolved()) {
        give(call, new UnknownHostException("inboard: no address to connect to"));
        return;
      }
      promise.addListener(done -> over(call));
      open(
          new Target(endpoint, false, attempt.connectTimeoutNanos()),
          problem -> call.failed(attempt, problem, Call.Progress.NOT_CONNECTED));
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(VertxClientHooks.NAME, Opening.class, e);
      give(call, new IOException("inboard: the connection is not opened, by an error of ours", e));
    }
  }

  private void give(Call call, Throwable why) {
    over(call);
    promise.tryFailure(why);
  }

  /** Counts neither for nor against an endpoint, unless its failure was told. */
  private static void over(Call call) {
    call.abandoned();
    call.done();
  }

  private static final class ConnectTimeout extends ConnectException {
    private static final long serialVersionUID = 1L;

    ConnectTimeout(String message) {
      super(message);
    }
  }

  /** The connection of a WebSocket, as the core sees it. */
  private record OfWebSocket(SocketAddress server) implements OutboundRequest {
    @Override
    public Kind kind() {
      return Kind.CONNECTION;
    }

    @Override
    public String library() {
      return VertxClientHooks.NAME;
    }

    @Override
    public String method() {
      return "CONNECT";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String host() {
      return server.host();
    }

    @Override
    public int port() {
      return server.port();
    }

    @Override
    public String target() {
      return "/";
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public Body body() {
      return Body.NONE;
    }
  }
}

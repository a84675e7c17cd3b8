// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Endpoint;
import io.inboard.call.Step;
import io.inboard.call.client.Refusals;
import io.inboard.weave.HookErrors;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a destination: it goes where the mesh says, and the application hears of it
 * when the peer is known. A channel connects once (AbstractNioUnsafe closes it where that fails),
 * so there is no second attempt. Steps run on the event loop, but for the first.
 */
// What runs later catches what it throws.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connect {
  private final Call call;
  private final Bootstrap bootstrap;
  private final Channel channel;
  private final Opened opened;
  private final Spoken spoken;
  private final InetSocketAddress asked;
  private final SocketAddress local;
  private final ChannelPromise promise;

  /** Whether it is known what became of it. Of the event loop. */
  private boolean settled;

  Connect(
      Call call,
      Bootstrap bootstrap,
      Channel channel,
      Opened opened,
      Spoken spoken,
      InetSocketAddress asked,
      SocketAddress local,
      ChannelPromise promise) {
    this.call = call;
    this.bootstrap = bootstrap;
    this.channel = channel;
    this.opened = opened;
    this.spoken = spoken;
    this.asked = asked;
    this.local = local;
    this.promise = promise;
  }

  /** What the application waits for; null: the library connects as without us. */
  ChannelFuture start() {
    Step first = call.first();
    if (first instanceof Step.Send send
        && send.delayNanos() == 0
        && send.attempt().endpoint().isEmpty()) {
      over();
      return null;
    }
    promise.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    channel.eventLoop().execute(() -> follow(first));
    return promise;
  }

  private void follow(Step step) {
    try {
      if (step instanceof Step.Send send) {
        Attempt attempt = send.attempt();
        if (send.delayNanos() == 0) {
          connect(attempt);
        } else {
          channel
              .eventLoop()
              .schedule(() -> tryToConnect(attempt), send.delayNanos(), TimeUnit.NANOSECONDS);
        }
      } else if (step instanceof Step.Later later) {
        await(later);
      } else if (step instanceof Step.Refuse refuse) {
        fail(Refusals.exception(refuse, null, ConnectTimeoutException::new));
      } else {
        fail(new IOException("inboard: the connection is not opened, as the settings say"));
      }
    } catch (RuntimeException | LinkageError e) {
      mistaken(e);
    }
  }

  private void await(Step.Later later) {
    later
        .next()
        .whenComplete(
            (next, error) ->
                channel
                    .eventLoop()
                    .execute(
                        () -> {
                          if (error == null) {
                            follow(next);
                          } else {
                            fail(new IOException(error));
                          }
                        }));
  }

  private void tryToConnect(Attempt attempt) {
    try {
      connect(attempt);
    } catch (RuntimeException | LinkageError e) {
      mistaken(e);
    }
  }

  private void connect(Attempt attempt) {
    if (promise.isDone()) { // Cancelled.
      settle();
      return;
    }
    int millis = connectMillis(attempt);
    channel.config().setConnectTimeoutMillis(millis);
    attempt.onTimeout(channel::close);
    Optional<Endpoint> endpoint = attempt.endpoint();
    ChannelPromise connected = channel.newPromise();
    if (endpoint.flatMap(Endpoint::tls).isPresent()) {
      Handshake.below(
          channel.pipeline(), spoken, endpoint.get(), millis, result -> shaken(result, attempt));
      connected.addListener(done -> ended(attempt, done.cause(), false));
    } else {
      connected.addListener(done -> ended(attempt, done.cause(), true));
    }
    promise.addListener(
        done -> {
          if (done.isCancelled()) {
            channel.close();
          }
        });
    if (endpoint.isEmpty() || endpoint.get().address().isUnresolved()) {
      // The library resolves the name; the channel is known, so that this goes past us.
      Members.CONNECT.call(bootstrap, channel, asked, local, connected);
    } else if (local == null) {
      channel.connect(new Target(endpoint.get()), connected);
    } else {
      channel.connect(new Target(endpoint.get()), local, connected);
    }
  }

  /** The shorter bound of the application's and ours; 0: there is none. */
  private int connectMillis(Attempt attempt) {
    long nanos = attempt.connectTimeoutNanos();
    int own = channel.config().getConnectTimeoutMillis();
    if (nanos == Long.MAX_VALUE) {
      return own;
    }
    int ours = (int) Math.max(1, Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos)));
    return own <= 0 ? ours : Math.min(own, ours);
  }

  /** The handshake has ended. */
  private void shaken(Handshake.Result result, Attempt attempt) {
    if (result.failure() == null) {
      opened.secured(result.session());
      attempt.connected(result.session());
    }
    ended(attempt, result.failure(), true);
  }

  /**
   * @param whole whether there is nothing to wait for where it has not failed
   */
  private void ended(Attempt attempt, Throwable failure, boolean whole) {
    if (settled) {
      return;
    }
    if (failure != null) {
      if (!promise.isDone()) {
        call.failed(attempt, failure, Progress.NOT_CONNECTED);
      }
      fail(failure);
    } else if (whole) {
      settle();
      promise.trySuccess();
    }
  }

  private void fail(Throwable why) {
    settle();
    promise.tryFailure(why);
  }

  private void mistaken(Throwable e) {
    HookErrors.report(NettyClientHooks.NAME, Connect.class, e);
    fail(new IOException("inboard: the connection is not opened, by an error of ours", e));
    channel.close();
  }

  private void settle() {
    if (!settled) {
      settled = true;
      over();
    }
  }

  /** Counts neither for nor against an endpoint, unless its failure was told. */
  private void over() {
    call.abandoned();
    call.done();
  }
}

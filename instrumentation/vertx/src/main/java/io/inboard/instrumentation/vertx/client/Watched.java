// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Inboard;
import io.inboard.call.Step;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.Refusals;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A request that the library sends as without us, by TLS, a proxy or an address of the
 * application's own, or over a connection that it has opened by itself: it gets the headers of its
 * trace, and what comes of it is told. A redirect is another request of the library's, and a call
 * of its own. Immutable; any thread, for each event of a request one.
 *
 * @param attempt the only one
 */
record Watched(Call call, Attempt attempt) {
  /** From the head of a request to that of its response. Neither value refers to its request. */
  private static final WeakIdentityMap<Object, Watched> UNDER_WAY = new WeakIdentityMap<>();

  /** Requests whose head was seen; what follows is of no interest. */
  private static final WeakIdentityMap<Object, Boolean> BEGUN = new WeakIdentityMap<>();

  /**
   * A part of a request is about to be written.
   *
   * @return why it is not; null: it is
   */
  static Throwable sending(HttpClientRequest request) {
    if (Inboard.outbound().disabled() || BEGUN.putIfAbsent(request, true) != null) {
      return null;
    }
    SentRequest sent = new SentRequest(request);
    Call call = Inboard.outbound().begin(sent);
    if (call == Call.UNTOUCHED) {
      return null;
    }
    Step first = call.first();
    if (first instanceof Step.Send send) {
      return send(request, sent, new Watched(call, send.attempt()));
    }
    call.done();
    return first instanceof Step.Refuse refuse
        ? refuse(request, Refusals.exception(refuse, null, IOException::new))
        : null;
  }

  /** A request that has not been written is of no interest. */
  static void leaveAlone(HttpClientRequest request) {
    BEGUN.put(request, true);
  }

  private static Throwable send(HttpClientRequest request, SentRequest sent, Watched watched) {
    Optional<? extends Throwable> astray =
        sent.scheme().equals("http")
            ? Refusals.astray(watched.attempt, remote(request))
            : Optional.empty();
    if (astray.isPresent()) {
      watched.call.failed(watched.attempt, astray.get(), Call.Progress.NOT_SENT);
      watched.call.done();
      return refuse(request, astray.get());
    }
    UNDER_WAY.put(request, watched);
    watched.attempt.writeHeaders(sent);
    return null;
  }

  /** Where its connection leads; null where the library does not say. */
  static InetSocketAddress remote(HttpClientRequest request) {
    SocketAddress address = request.connection().remoteAddress();
    String digits = address == null ? null : address.hostAddress();
    if (digits == null) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(digits), address.port());
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Gives its connection back, and fails what waits for a response. */
  private static Throwable refuse(HttpClientRequest request, Throwable why) {
    Members.RESET.call(request, 0L, why);
    return why;
  }

  /** After an error of ours: null where it may be sent as without us. */
  static Throwable refusal(Throwable mistake, HttpClientRequest request) {
    SentRequest sent = new SentRequest(request);
    return Refusals.failClosed(
            VertxClientHooks.NAME, sent.scheme(), sent.host(), sent.port(), mistake)
        .map(why -> refuse(request, why))
        .orElse(null);
  }

  /** The head of its response is here. */
  static void responded(HttpClientRequest request, HttpClientResponse response) {
    Watched watched = UNDER_WAY.remove(request);
    if (watched != null) {
      watched.attempt.protocolVersion(Head.version(request.version()));
      watched.call.responded(
          watched.attempt, response.statusCode(), name -> response.headers().getAll(name));
      watched.call.done();
    }
  }

  /** There will be none. */
  static void failed(HttpClientRequest request, Throwable error) {
    Watched watched = UNDER_WAY.remove(request);
    if (watched != null) {
      watched.call.failed(watched.attempt, error, Call.Progress.SENT);
      watched.call.done();
    }
  }
}

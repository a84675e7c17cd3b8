// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** A request that goes over a connection. On the event loop. */
final class Sent {
  private final Call call;
  private final Attempt attempt;

  /** In which the application gets the answer. */
  private final Context context;

  private boolean over;

  private Sent(Call call, Attempt attempt, Context context) {
    this.call = call;
    this.attempt = attempt;
    this.context = context;
  }

  /**
   * A request is about to be written.
   *
   * @param context in which the application has made it
   * @param remote where the connection leads
   * @param headers takes what is sent with it
   * @return null: the mesh leaves it alone
   * @throws IOException why it must not be sent
   */
  static Sent begin(
      OutboundRequest request,
      Context context,
      Opened opened,
      SocketAddress remote,
      HeaderSink headers)
      throws IOException {
    if (Inboard.outbound().disabled()) {
      return null;
    }
    Optional<SSLException> inTheClear = opened.refusal(null);
    if (inTheClear.isPresent()) {
      throw inTheClear.get();
    }
    Call call;
    try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
      call = Inboard.outbound().begin(request);
    }
    if (call == Call.UNTOUCHED) {
      return null;
    }
    Step step = call.first();
    if (!(step instanceof Step.Send send)) {
      call.done();
      throw step instanceof Step.Refuse refuse
          ? Refusals.exception(refuse, null, IOException::new)
          : new IOException("inboard: the request is not sent, as the settings say");
    }
    Attempt attempt = send.attempt();
    if (opened.session() == null) {
      Optional<SSLException> astray = Refusals.astray(attempt, remote);
      if (astray.isPresent()) {
        call.failed(attempt, astray.get(), Progress.NOT_SENT);
        call.done();
        throw astray.get();
      }
    }
    attempt.connected(opened.session());
    attempt.writeHeaders(headers);
    return new Sent(call, attempt, context);
  }

  Context context() {
    return context;
  }

  /** Its answer's head is there, and the application has not seen it. */
  void responded(String version, int status, HeaderView headers) {
    if (!over) {
      over = true;
      attempt.protocolVersion(version);
      call.responded(attempt, status, headers);
      call.done();
    }
  }

  /** Nothing, once its answer was there. */
  void failed(Throwable error, Progress progress) {
    if (!over) {
      over = true;
      call.failed(attempt, error, progress);
      call.done();
    }
  }

  /** The application does not wait for it any more. */
  void abandoned() {
    if (!over) {
      over = true;
      call.abandoned();
      call.done();
    }
  }
}

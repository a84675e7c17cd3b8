// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import io.inboard.call.Contexts;
import io.inboard.call.GrpcStatus;
import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Log;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import io.inboard.call.server.ServerExchange.Answer;
import java.io.IOException;
import java.util.Optional;

/**
 * What every request passes before an application of the server sees it. It ends in one of four
 * ways: it passes, unseen by the mesh; it is served, and the mesh follows it; it is refused, with
 * an answer of ours; its connection is closed, where even that answer fails.
 *
 * <p>Safe for use by any thread; holds no state.
 */
public final class Gate {
  private static final Answer PLAINTEXT = new Answer(400, PlaintextAnswer.text(), true);

  /** It would not help the peer to come with TLS: who runs the server is told what would. */
  private static final Answer UNSECURED = new Answer(503, PlaintextAnswer.UNSECURED, true);

  /** Another connection begins with a handshake, which tells the peer why. */
  private static final Answer LAPSED = new Answer(403, "", true);

  /** The status of HTTP of every answer of gRPC. */
  private static final int GRPC_OK = 200;

  private static final Answer ERROR_OF_OURS = Answer.of(503);

  private Gate() {}

  /**
   * Lets a request in or answers it. The result is what an advice hands on from its enter to its
   * exit; its types are the JDK's, which every woven class can see.
   *
   * @return null: it passes; a {@link Contexts.Scope}: it is served, and the scope is to be closed
   *     when the thread is done with it; an {@link Optional}, for {@code skipOn}: it was answered,
   *     and the error in it, if there is one, is to close the connection
   */
  public static Object enter(ServerExchange exchange) {
    if (mustBeMutual(exchange)) {
      Refusal refusal =
          !exchange.isMutualTls()
              ? exchange.isSecurable() ? Refusal.PLAINTEXT : Refusal.UNSECURED_LISTENER
              : exchange.peer().isEmpty() ? exchange.lapsed() : null;
      if (refusal != null) {
        Inboard.inboundTls().refused(exchange.localPort(), exchange.remote(), refusal);
        return answer(
            exchange,
            switch (refusal) {
              case PLAINTEXT -> PLAINTEXT;
              case UNSECURED_LISTENER -> UNSECURED;
              default -> LAPSED;
            });
      }
    }
    Inbound inbound = Inboard.inbound();
    InboundCall call = inbound.disabled() ? InboundCall.UNTOUCHED : inbound.begin(exchange);
    if (call == InboundCall.UNTOUCHED) {
      Claims.remove(exchange);
      return null;
    }
    String route = exchange.route();
    if (!route.isEmpty()) {
      call.route(route);
    }
    if (call.verdict() instanceof Verdict.Deny deny) {
      return refused(exchange, call, deny);
    }
    exchange.serving(call);
    exchange.correctHeaders(call::writeHeaders);
    return Inboard.contexts().activate(call.context());
  }

  /**
   * A request that was let in on the thread that reads it has got a thread to serve it, and is
   * still unseen by the application.
   *
   * @param call which it was given at its begin
   * @param nanos how long it has waited
   * @return as {@link #enter}
   */
  public static Object waited(ServerExchange exchange, InboundCall call, long nanos) {
    return call.waited(exchange, nanos) instanceof Verdict.Deny deny
        ? refused(exchange, call, deny)
        : Inboard.contexts().activate(call.context());
  }

  /** Whatever goes wrong with the words around it, a refused request is not the application's. */
  private static Object refused(ServerExchange exchange, InboundCall call, Verdict.Deny deny) {
    try {
      call.respond(deny.status(), exchange.responseHeaders());
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("refusal", "an answer to a refused request lacks its headers: " + e);
    }
    Object answered = answer(exchange, Answer.of(deny.status()), deny.grpcStatus());
    try {
      if (GrpcStatus.isCall(exchange)) {
        call.grpcStatus(deny.grpcStatus());
        call.end(exchange.endsWithHead() ? GRPC_OK : deny.status(), null);
      } else {
        call.end(deny.status(), null);
      }
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("refusal", "the end of a refused request was not noted: " + e);
    }
    return answered;
  }

  /**
   * The same after an error of ours in {@link #enter} or before it: a port that takes mutual TLS
   * only, or one with rules about who may come in, answers 503. So it does where not even that can
   * be found out. Throws nothing.
   *
   * @return null: it passes; an {@link Optional} as above
   */
  public static Object failed(ServerExchange exchange) {
    return mayPass(exchange) ? null : answer(exchange, ERROR_OF_OURS);
  }

  private static boolean mayPass(ServerExchange exchange) {
    try {
      if (Inboard.inbound().failsClosed(exchange.localPort()) || mustBeMutual(exchange)) {
        return false;
      }
      Claims.remove(exchange);
      return true;
    } catch (RuntimeException | LinkageError e) {
      return false;
    }
  }

  /**
   * Plaintext may come by a connection that is older than the rule, or that we could not secure.
   */
  private static boolean mustBeMutual(ServerExchange exchange) {
    // What has no port is a Unix domain socket, whose peers are on this machine.
    int port = exchange.localPort();
    return port > 0 && isStrict(port) && !exchange.hasOwnTls();
  }

  /** Whether a port takes mutual TLS only, now; of one that is not known (0), whether most do. */
  public static boolean isStrict(int localPort) {
    return Inboard.inboundTls().mode(localPort) == Mode.STRICT;
  }

  /**
   * Why a server does not start on a STRICT port that it cannot secure.
   *
   * @param why for instance "the hooks do not fit this version"
   * @param instead what to do about it, for instance "use another version"
   */
  public static IllegalStateException cannotStart(int localPort, String why, String instead) {
    return new IllegalStateException(
        "inboard: inbound.mtls is STRICT, and "
            + why
            + ": port "
            + localPort
            + " does not start; "
            + instead
            + ", or set portLevelMtls: {"
            + localPort
            + ": DISABLE}");
  }

  private static Optional<Throwable> answer(ServerExchange exchange, Answer answer) {
    return answer(exchange, answer, GrpcStatus.ofHttp(answer.status()));
  }

  /**
   * @param grpcStatus says it to a call of gRPC
   */
  private static Optional<Throwable> answer(
      ServerExchange exchange, Answer answer, int grpcStatus) {
    try {
      boolean grpc = exchange.endsWithHead() && GrpcStatus.isCall(exchange);
      exchange.answer(grpc ? ofGrpc(exchange, answer, grpcStatus) : answer);
      return Optional.empty();
    } catch (IOException | RuntimeException | LinkageError e) {
      // The peer is gone, or an answer has begun. In any case the application is not asked.
      return Optional.of(e);
    }
  }

  /**
   * A client of gRPC looks for a code in the head of an answer without messages (Trailers-Only,
   * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md); Envoy answers so, too.
   */
  private static Answer ofGrpc(ServerExchange exchange, Answer answer, int code) {
    HeaderSink headers = exchange.responseHeaders();
    headers.set("content-type", "application/grpc");
    headers.set(GrpcStatus.HEADER, Integer.toString(code));
    headers.set("grpc-message", answer.text().isEmpty() ? said(code) : answer.text().strip());
    return new Answer(GRPC_OK, "", answer.close());
  }

  /** What a peer may know of a refusal: never which rule it was. */
  private static String said(int code) {
    return switch (code) {
      case GrpcStatus.PERMISSION_DENIED -> "access denied";
      case GrpcStatus.DEADLINE_EXCEEDED -> "the caller's time is up";
      case GrpcStatus.UNAVAILABLE -> "not served for now";
      default -> "refused";
    };
  }
}

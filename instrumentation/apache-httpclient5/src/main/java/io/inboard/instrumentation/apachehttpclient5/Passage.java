// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http2.H2Error;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.apache.hc.core5.reactor.IOSession;

/**
 * The way of one attempt to its server: the place in the pool, the connection, the head of the
 * request. Safe for use by any thread; the library is called outside of its lock.
 */
final class Passage {
  private static final String NOT_EXECUTED = "org.apache.hc.core5.http.RequestNotExecutedException";

  private final Attempt attempt;
  private final Supplier<Executor> executor;

  /** Null where the library resolves the host. */
  private final Endpoint endpoint;

  /** Null for plaintext, and where the TLS is the application's own. */
  private final TlsPlan plan;

  /** Null unless the pool was asked; held for those who connect. */
  @SuppressWarnings("unused")
  private volatile Routes.Lead lead;

  /** Guarded by this; as all that follow. */
  private IOException stopped;

  /** What the library waits for; null before. */
  private Cancellable waits;

  /** The library's exchange; null before it has a connection. */
  private AsyncClientExchangeHandler exchange;

  /** What resets its stream; null where the connection is its own. */
  private Cancellable stream;

  /** Forgets the end of the time to connect. */
  private Runnable late = () -> {};

  /** Whether this attempt makes its connection. */
  private boolean fresh;

  /** Why the head must not be written; null: nothing against it. */
  private IOException refusal;

  private volatile boolean leased;
  private volatile boolean tunnel;

  /** Whether a byte of the request may have been sent. */
  private volatile boolean sent;

  /** Of the connection; null before the head of the response. */
  private volatile ProtocolVersion version;

  Passage(Attempt attempt, boolean bystander, Supplier<Executor> executor) {
    this.attempt = attempt;
    this.executor = executor;
    this.endpoint = bystander ? null : attempt.endpoint().orElse(null);
    this.plan = endpoint == null ? null : endpoint.tls().orElse(null);
  }

  boolean hasEndpoint() {
    return endpoint != null;
  }

  boolean mustBeSecured() {
    return plan != null;
  }

  /** The route for the pool, in place of the one that the application knows. */
  HttpRoute route(HttpRoute own) {
    HttpRoute route = Routes.of(endpoint, own);
    lead = Routes.leading(route, endpoint, own);
    return route;
  }

  /** A connection is made next. */
  void connecting() {
    long nanos = attempt.connectTimeoutNanos();
    synchronized (this) {
      fresh = true;
    }
    if (nanos == Long.MAX_VALUE) {
      return;
    }
    Runnable forget =
        Delays.OF_JDK.after(
            nanos, () -> stop(new ConnectTimeoutException("Connect timed out, by the mesh"), true));
    boolean isUseless;
    synchronized (this) {
      isUseless = exchange != null;
      late = forget;
    }
    if (isUseless) {
      forget.run();
    }
  }

  /** The library waits for this. */
  void under(Cancellable waiting) {
    boolean isStopped;
    synchronized (this) {
      waits = waiting;
      isStopped = stopped != null;
    }
    if (isStopped) {
      waiting.cancel();
    }
  }

  /** Its exchange is a stream of a connection that calls share. */
  void streams(Cancellable reset) {
    boolean isStopped;
    synchronized (this) {
      stream = reset;
      isStopped = stopped != null;
    }
    if (isStopped) {
      reset.cancel();
    }
  }

  /** Nothing of it is waited for; its stream, if it has one, is reset. */
  void forget() {
    Runnable forget;
    Cancellable reset;
    synchronized (this) {
      forget = late;
      reset = stream;
    }
    forget.run();
    if (reset != null) {
      reset.cancel();
    }
  }

  /** Stops it: a wait of the library's, or its exchange. */
  void stop(IOException cause) {
    stop(cause, false);
  }

  private void stop(IOException cause, boolean onlyConnecting) {
    Cancellable wait;
    AsyncClientExchangeHandler running;
    Cancellable reset;
    synchronized (this) {
      if (stopped != null || (onlyConnecting && exchange != null)) {
        return;
      }
      stopped = cause;
      wait = waits;
      running = exchange;
      reset = stream;
    }
    executor
        .get()
        .execute(
            () -> {
              if (running != null) {
                running.failed(cause);
                if (reset != null) {
                  reset.cancel();
                }
              } else if (wait != null) {
                wait.cancel();
              }
            });
  }

  /** Why it was stopped; else that error. */
  synchronized Exception stopped(Exception otherwise) {
    return stopped == null ? otherwise : stopped;
  }

  /** Whether what is written on the connection is for a proxy, of which a tunnel is wanted. */
  void tunnels(boolean now) {
    tunnel = now;
  }

  boolean isTunnel() {
    return tunnel;
  }

  /** Whether it has had its place in the pool, or its connection. */
  boolean isLeased() {
    return leased;
  }

  /** The pool has given it a place. */
  void leased() {
    leased = true;
  }

  /** Whether it has a connection. */
  synchronized boolean isExecuting() {
    return exchange != null;
  }

  /** The library's exchange begins over a connection. */
  void executing(AsyncClientExchangeHandler own, Connected connection) {
    boolean isFresh;
    Runnable forget;
    synchronized (this) {
      exchange = own;
      isFresh = fresh;
      forget = late;
    }
    forget.run();
    SSLSession session = plan == null ? null : connection.leadingTo(endpoint.poolKey());
    IOException no = null;
    if ((plan != null && session == null) || (endpoint != null && lead == null)) {
      no =
          Refusals.unsecured(
              ApacheHttpClient5AsyncHooks.NAME, endpoint, "its connection leads elsewhere");
    } else if (!isFresh && attempt.meshRetries() && connection.isDead()) {
      no = new ConnectionClosedException("the server closed the connection before the request");
    } else {
      no = endpoint == null ? Refusals.astray(attempt, connection.remote()).orElse(null) : null;
      if (no == null) {
        attempt.connected(session);
      }
    }
    synchronized (this) {
      refusal = no;
    }
  }

  /** Nothing of ours can be written; null for nothing against it. */
  synchronized IOException refusal() {
    // A stream that is stopped meanwhile is reset: an error here would end its connection.
    return stopped == null || stream != null ? refusal : stopped;
  }

  /** The head is written next. */
  SentHead head(HttpRequest request) {
    sent = true;
    SentHead head = new SentHead(request);
    attempt.writeHeaders(head);
    if (endpoint != null) {
      head.leaveOutTls();
    }
    return head;
  }

  void version(ProtocolVersion spoken) {
    version = spoken;
  }

  ProtocolVersion version() {
    return version;
  }

  /** How far it came that has ended with this error; null for none. */
  Progress progress(Throwable error) {
    boolean isStopped;
    boolean isExecuting;
    synchronized (this) {
      isStopped = stopped != null;
      isExecuting = exchange != null;
    }
    if (!isExecuting) {
      return Progress.NOT_CONNECTED;
    }
    if (!sent) {
      // Whoever has stopped it does not know what the library was about to do.
      return isStopped ? Progress.SENT : Progress.NOT_SENT;
    }
    if (!isStopped && isRefused(error)) {
      return Progress.REFUSED_STREAM;
    }
    return error instanceof HttpException || (error != null && isParsed(error))
        ? Progress.RESPONSE_STARTED
        : Progress.SENT;
  }

  private static boolean isParsed(Throwable error) {
    return error.getCause() instanceof HttpException;
  }

  private static boolean isRefused(Throwable error) {
    return error instanceof H2StreamResetException reset
        ? reset.getCode() == H2Error.REFUSED_STREAM.getCode()
        : error != null && error.getClass().getName().equals(NOT_EXECUTED);
  }

  /** A connection as the library has it. */
  interface Connected {
    /**
     * The session of the mesh; null unless it leads to the endpoint of this pool key, and belongs
     * to its generation of keys.
     */
    SSLSession leadingTo(Object poolKey);

    /** Where it leads; null where nobody can tell. */
    SocketAddress remote();

    /** Whether it has ended already; false where nobody can tell. */
    boolean isDead();

    /** One over this session of the library's; null where it has none that we know. */
    static Connected over(IOSession session, boolean exclusive) {
      return new SessionFacts(session, exclusive);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.weave.Advice;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodyHandler;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** One nested class for each line of {@link JdkHttpClientHooks}; what they do is elsewhere. */
final class JdkHttpClientAdvice {
  private JdkHttpClientAdvice() {}

  /** {@code MultiExchange#responseAsync}: on the application's thread, for send and sendAsync. */
  static final class Converse {
    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object multi) {
      return Conversation.begin(multi);
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter Object conversation, @Advice.Return CompletableFuture<?> result) {
      if (conversation != null) {
        ((Conversation) conversation).endWith(result);
      }
    }
  }

  /**
   * {@code MultiExchange#cancel(boolean)}: the application cancels, or its thread is interrupted.
   */
  static final class Cancel {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object multi, @Advice.Argument(0) boolean mayInterrupt) {
      if (mayInterrupt) {
        Conversation.giveUp(multi, new IOException("Request cancelled"));
      }
    }

    @Advice.OnMethodExit
    static void exit(@Advice.This Object multi, @Advice.Argument(0) boolean mayInterrupt) {
      if (mayInterrupt) {
        Conversation.stop(multi);
      }
    }
  }

  /**
   * {@code MultiExchange#cancel(IOException)}: a timeout of the application, or the client ends.
   */
  static final class Abort {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object multi, @Advice.Argument(0) IOException cause) {
      Conversation.giveUp(multi, cause);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.This Object multi) {
      Conversation.stop(multi);
    }
  }

  /** {@code MultiExchange#retryOnFailure}: the JDK's own second try. */
  static final class Repeat {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static boolean exit(
        @Advice.This Object multi,
        @Advice.Argument(0) Throwable error,
        @Advice.Return boolean own) {
      return Conversation.mayRepeat(multi, error, own);
    }

    static boolean exit(Throwable ours, Object multi, Throwable error, boolean own) {
      return own;
    }
  }

  /** {@code MultiExchange#checkRetryEligible}: the same since JDK 26, of a refused stream, too. */
  static final class Retry {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static Object exit(@Advice.This Object multi, @Advice.Return Object own) {
      Throwable error = Internals.retryCause(own);
      return Conversation.mayRepeat(multi, error, true) ? own : Internals.noRetry(error);
    }
  }

  /**
   * {@code Exchange#version}: nothing goes to an endpoint over HTTP/3, whose TLS is not ours. Of a
   * URL that says http the JDK, too, takes the version before.
   */
  static final class Version {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static HttpClient.Version exit(
        @Advice.FieldValue("request") Object request, @Advice.Return HttpClient.Version own) {
      return own.compareTo(HttpClient.Version.HTTP_2) > 0 && Route.address(request) != null
          ? HttpClient.Version.HTTP_2
          : own;
    }
  }

  /** {@code Exchange#responseAsync}: all attempts of a hop. */
  static final class Respond {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(@Advice.This Object exchange) {
      return Hop.begin(exchange);
    }

    static Object enter(Throwable mistake, Object exchange) {
      return HopRequest.failClosed(Internals.request(exchange), mistake)
          .map(CompletableFuture::failedFuture)
          .orElse(null);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static CompletableFuture<?> exit(
        @Advice.Enter Object ours, @Advice.Return CompletableFuture<?> own) {
      return ours == null ? own : (CompletableFuture<?>) ours;
    }
  }

  /** {@code Exchange#remainingConnectTimeout}. */
  static final class Connect {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object exchange) {
      Route.opening(exchange);
    }
  }

  /** {@code HttpRequestImpl#secure}. */
  static final class Secure {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static boolean exit(@Advice.This Object request, @Advice.Return boolean own) {
      return Route.secure(request, own);
    }

    /** The JDK's own TLS, whose peer the JDK will not trust, rather than none. */
    static boolean exit(Throwable mistake, Object request, boolean own) {
      return own || HopRequest.mustEncrypt(request);
    }
  }

  /**
   * {@code HttpRequestImpl#getAddress}. Skipped for endpoints of the mesh: DNS need not know the
   * name.
   */
  static final class Address {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(@Advice.This Object request) {
      return Route.address(request);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static InetSocketAddress exit(@Advice.Enter Object ours, @Advice.Return InetSocketAddress own) {
      return ours == null ? own : (InetSocketAddress) ours;
    }
  }

  /** {@code HttpRequestImpl#getUserHeaders}. */
  static final class UserHeaders {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static HttpHeaders exit(@Advice.This Object request, @Advice.Return HttpHeaders own) {
      return Route.headers(request, own);
    }
  }

  /** {@code Http1Request#hostString}: asks secure() which port goes without saying. */
  static final class HostHeader {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static String exit(@Advice.FieldValue("request") Object request, @Advice.Return String own) {
      return Route.hostHeader(request, own);
    }
  }

  /** {@code Http1Request#collectHeaders0}: after the request line. */
  static final class Head {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.FieldValue("request") Object request, @Advice.Argument(0) StringBuilder head) {
      Outgoing.writeInto(head, request);
    }
  }

  /** {@code ConnectionPool.CacheKey#equals}: the pool of HTTP/1.1. */
  static final class PoolKey {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static boolean exit(
        @Advice.This Object key, @Advice.Argument(0) Object other, @Advice.Return boolean equal) {
      return equal
          && EndpointAddress.poolKeyOf(Internals.destination(key))
              == EndpointAddress.poolKeyOf(Internals.destination(other));
    }

    static boolean exit(Throwable error, Object key, Object other, boolean equal) {
      return equal;
    }
  }

  /** {@code Http2Connection#keyFor(HttpRequestImpl)}: the pool of HTTP/2, looked up. */
  static final class StreamKeyOfRequest {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static String exit(@Advice.Argument(0) Object request, @Advice.Return String own) {
      return EndpointAddress.appendPoolKey(own, Route.address(request));
    }
  }

  /** {@code Http2Connection#keyFor(HttpConnection)}: the same, of an upgraded connection. */
  static final class StreamKeyOfConnection {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static String exit(@Advice.Argument(0) Object connection, @Advice.Return String own) {
      return EndpointAddress.appendPoolKey(own, Internals.address(connection));
    }
  }

  /** {@code HttpConnection#getConnection}: around the constructor that creates the engine. */
  static final class OpenConnection {
    /** Set while a connection to an endpoint of ours is constructed; always removed. */
    private static final ThreadLocal<InetSocketAddress> SECURED = new ThreadLocal<>();

    @Advice.OnMethodEnter
    static boolean enter(@Advice.Argument(0) InetSocketAddress address) {
      boolean ours = EndpointAddress.tlsOf(address).isPresent();
      if (ours) {
        SECURED.set(address);
      }
      return ours;
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter boolean ours) {
      if (ours) {
        SECURED.remove();
      }
    }
  }

  /** {@code AbstractAsyncSSLConnection#createEngine}. */
  static final class Engine {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(@Advice.Argument(3) SSLParameters own) {
      InetSocketAddress address = OpenConnection.SECURED.get();
      return EndpointAddress.tlsOf(address)
          .map(plan -> plan.engine(address, protocols(own.getApplicationProtocols())))
          .orElse(null);
    }

    /**
     * HTTP/2 is the JDK's default and not a wish: for a URL that says http it asks for an upgrade
     * and is content with HTTP/1.1, which is the cheaper one for it (in a request and its answer,
     * 29 to 40 KB less allocated by both sides). So a server that has HTTP/2 for plaintext, too, or
     * an order of its own, chooses it, and all others stay with what is spoken without us.
     */
    private static List<String> protocols(String[] own) {
      return own != null && List.of(own).contains("h2")
          ? List.of("http/1.1", "h2")
          : List.of("http/1.1");
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static SSLEngine exit(@Advice.Enter Object ours, @Advice.Return SSLEngine own) {
      return ours == null ? own : (SSLEngine) ours;
    }
  }

  /**
   * {@code AbstractAsyncSSLConnection#formSNIServerNames}: of the URL's host, for the engine that
   * ours takes the place of. Since JDK 27 it fails of a host with a dot at its end, which a URL
   * that says http may have.
   */
  static final class ServerNames {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return OpenConnection.SECURED.get() != null;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static List<SNIServerName> exit(
        @Advice.Enter boolean ours, @Advice.Return List<SNIServerName> own) {
      return ours ? List.of() : own;
    }
  }

  /** {@code AsyncSSLConnection#finishConnect}: after every handshake, before the first request. */
  static final class Handshake {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static CompletableFuture<?> exit(
        @Advice.This Object connection, @Advice.Return CompletableFuture<?> connected) {
      return EndpointAddress.tlsOf(Internals.address(connection))
          .<CompletableFuture<?>>map(plan -> Verification.after(connected, connection, plan))
          .orElse(connected);
    }

    /** Nothing is sent to a peer of the mesh that could not be judged; others are not concerned. */
    static CompletableFuture<?> exit(
        Throwable error, Object connection, CompletableFuture<?> connected) {
      return EndpointAddress.tlsOf(Internals.address(connection)).isPresent()
          ? CompletableFuture.failedFuture(new SSLPeerUnverifiedException("cannot judge the peer"))
          : connected;
    }
  }

  /** {@code Http1Exchange#getOutgoing}: the next piece to write; null: none. */
  static final class Write {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.This Object http1) {
      return Stale.stops(http1);
    }
  }

  /** {@code Http2Connection#handleGoAway}. */
  static final class GoAway {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object connection, @Advice.Argument(0) Object frame) {
      ConnectionFacts.goAway(connection, frame);
    }
  }

  /** {@code Exchange#readBodyAsync}: who else sees the body, and who has it already. */
  static final class ReadBody {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static BodyHandler<?> enter(
        @Advice.This Object exchange, @Advice.Argument(0) BodyHandler<?> own) {
      return Bodies.handler(exchange, own);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static CompletableFuture<?> exit(
        @Advice.This Object exchange,
        @Advice.Argument(0) BodyHandler<?> handler,
        @Advice.Return CompletableFuture<?> own) {
      return Answers.read(exchange, handler, own);
    }
  }

  /** {@code Exchange#nullBody}: there is no connection to return to the pool. */
  static final class NoBody {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.This Object exchange) {
      Bodies.none(exchange);
      return Answers.forget(exchange);
    }
  }

  /** {@code HttpResponseImpl#sslSession}: what the application asked in plaintext has none. */
  static final class Session {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static Optional<SSLSession> exit(
        @Advice.FieldValue("uri") URI uri, @Advice.Return Optional<SSLSession> own) {
      return "http".equalsIgnoreCase(uri.getScheme()) ? Optional.empty() : own;
    }
  }
}

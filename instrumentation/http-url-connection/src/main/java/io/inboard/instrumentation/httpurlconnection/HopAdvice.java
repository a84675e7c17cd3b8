// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.client.Refusals;
import io.inboard.weave.Advice;
import java.io.InputStream;
import java.net.URL;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * Where a hop begins, ends, and may be sent again. An exit returns null to leave the outcome as it
 * is, or an array with the exception to throw, null in it for none.
 */
final class HopAdvice {
  private HopAdvice() {}

  /** {@code plainConnect0()}. Enter gives a hop, an outcome that skips the method, or null. */
  static final class Begin {
    @Advice.OnMethodEnter(skipOn = Throwable[].class)
    static Object enter(@Advice.This HttpURLConnection connection) {
      return Hop.begin(connection);
    }

    /** A mistake of ours must not send in the clear what was to be secured. */
    static Object enter(Throwable mistake, HttpURLConnection connection) {
      URL url = connection.getURL();
      int port = url.getPort() != -1 ? url.getPort() : url.getDefaultPort();
      return Refusals.failClosed(
              HttpUrlConnectionHooks.NAME, url.getProtocol(), url.getHost(), port, mistake)
          .map(e -> new Throwable[] {e})
          .orElse(null);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 0)
    static Throwable[] exit(
        @Advice.This HttpURLConnection connection,
        @Advice.Enter Object entered,
        @Advice.Thrown Throwable error) {
      if (entered instanceof Throwable[] instead) {
        return instead;
      }
      return entered == null ? null : ((Hop) entered).connected(connection, error);
    }
  }

  /**
   * {@code connect()} of an https connection. After plainConnect0 it asks a proxy for a tunnel and
   * makes the application's own handshake; an error there ends the call, which getOutputStream()
   * and connect() would leave in flight.
   */
  static final class SecuredConnect {
    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.This HttpURLConnection connection, @Advice.Thrown Throwable error) {
      if (error != null) {
        Hop.unconnected(connection, error);
      }
    }
  }

  /** {@code writeRequests()} of the connection. Enter gives a hop, an error, or null. */
  static final class Write {
    @Advice.OnMethodEnter(skipOn = Throwable.class)
    static Object enter(@Advice.This HttpURLConnection connection) {
      return Hop.writing(connection);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 0)
    static Throwable[] exit(
        @Advice.This HttpURLConnection connection,
        @Advice.Enter Object entered,
        @Advice.Thrown Throwable error) {
      if (entered instanceof Throwable lost) {
        Throwable[] instead = Hop.current().written(connection, lost);
        return instead == null ? new Throwable[] {lost} : instead;
      }
      return entered == null ? null : ((Hop) entered).written(connection, error);
    }
  }

  /** A byte of a body that the application streams. */
  static final class ByteWrite {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.FieldValue("this$0") HttpURLConnection connection, @Advice.Argument(0) int value) {
      Hop.writes(connection, new byte[] {(byte) value}, 0, 1);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 0)
    static Throwable[] exit(
        @Advice.FieldValue("this$0") HttpURLConnection connection, @Advice.Thrown Throwable error) {
      return error == null ? null : Hop.unwritten(connection, error);
    }
  }

  /** The same, bytes. */
  static final class BytesWrite {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.FieldValue("this$0") HttpURLConnection connection,
        @Advice.Argument(0) byte[] from,
        @Advice.Argument(1) int offset,
        @Advice.Argument(2) int length) {
      Hop.writes(connection, from, offset, length);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 0)
    static Throwable[] exit(
        @Advice.FieldValue("this$0") HttpURLConnection connection, @Advice.Thrown Throwable error) {
      return error == null ? null : Hop.unwritten(connection, error);
    }
  }

  /** {@code parseHTTP(..)} of the client; the connection is its last parameter. */
  static final class Read {
    @Advice.OnMethodEnter
    static Object enter(
        @Advice.This HttpClient client, @Advice.Argument(-1) HttpURLConnection connection) {
      Hop hop = Hop.entering(connection);
      if (hop != null) {
        hop.reading(connection, client);
      }
      return hop;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 0)
    static Throwable[] exit(
        @Advice.Argument(-1) HttpURLConnection connection,
        @Advice.Enter Object entered,
        @Advice.Thrown Throwable error) {
      return entered == null ? null : ((Hop) entered).read(connection, error);
    }
  }

  /**
   * {@code getInputStream0()}: whatever it ends with, no attempt follows. Enters itself by way of
   * getResponseCode().
   */
  static final class Answer {
    @Advice.OnMethodEnter
    static HttpURLConnection enter(@Advice.This HttpURLConnection connection) {
      return HopRequest.asksForInput(connection);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(
        @Advice.This HttpURLConnection connection,
        @Advice.Enter HttpURLConnection before,
        @Advice.Thrown Throwable error) {
      HopRequest.askedForInput(before);
      Hop hop = before == connection ? null : Hop.of(connection);
      if (hop != null) {
        hop.answered(connection, error);
      }
    }
  }

  /** The body, as the application reads it. */
  static final class BodyRead {
    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 0)
    static Throwable[] exit(
        @Advice.FieldValue("this$0") HttpURLConnection connection,
        @Advice.Argument(0) byte[] to,
        @Advice.Argument(1) int offset,
        @Advice.Return int count,
        @Advice.Thrown Throwable error) {
      if (error != null) {
        return HopBody.broken(connection, error);
      }
      HopBody.read(connection, to, offset, count);
      return null;
    }
  }

  /** The body, gone back in. */
  static final class BodyReset {
    @Advice.OnMethodExit
    static void exit(@Advice.FieldValue("this$0") HttpURLConnection connection) {
      HopBody.reset(connection);
    }
  }

  /** The body, closed or given up. */
  static final class BodyClose {
    @Advice.OnMethodExit(onThrowable = true)
    static void exit(
        @Advice.This InputStream body, @Advice.FieldValue("this$0") HttpURLConnection connection) {
      HopBody.closed(connection);
    }
  }

  /**
   * {@code disconnect()}: before the response head, the application gives up; after it, it has
   * enough.
   */
  static final class Disconnect {
    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpURLConnection connection) {
      Hop hop = Hop.of(connection);
      if (hop != null) {
        hop.disconnected();
      }
    }
  }
}

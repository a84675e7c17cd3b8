// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.client.Refusals;
import io.inboard.weave.Advice;
import java.net.Socket;
import java.net.URL;
import javax.net.ssl.SSLException;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;

/** Which connection an attempt gets, and what it writes there. */
final class ConnectionAdvice {
  private ConnectionAdvice() {}

  /** {@code KeepAliveCache.get(URL, Object)}: from the pool of the attempt's endpoint only. */
  static final class Lease {
    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static Object enter(@Advice.Argument(0) URL url, @Advice.Argument(1) Object key) {
      InFlight attempt = Hop.governed();
      return attempt == null || key != null ? null : attempt.poolKey();
    }

    @Advice.OnMethodExit
    @Advice.ToReturned(index = 0)
    static HttpClient[] exit(@Advice.Argument(0) URL url, @Advice.Return HttpClient client) {
      InFlight attempt = Hop.attempt();
      return attempt == null || client == null || MeshConnections.lease(attempt, client)
          ? null
          : new HttpClient[] {null};
    }

    /** After an error of ours it is unknown which pool it came from. */
    static HttpClient[] exit(Throwable mistake, URL url, HttpClient client) {
      if (client == null || Hop.governed() == null) {
        return null;
      }
      client.closeServer();
      return new HttpClient[] {null};
    }
  }

  /** {@code KeepAliveCache.put(URL, Object, HttpClient)}: back where it came from. */
  static final class Return {
    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static Object enter(@Advice.Argument(1) Object key, @Advice.Argument(2) HttpClient client) {
      return key != null ? null : MeshConnections.giveBack(client);
    }
  }

  /**
   * {@code HttpClient.closeIdleConnection()}, of a disconnect: of the pool that this one went to.
   */
  static final class CloseIdle {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.This HttpClient client, @Advice.FieldValue("url") URL url) {
      return MeshConnections.closeIdle(client, url);
    }
  }

  /** {@code NetworkClient.createSocket()}: what a timeout closes while it connects. */
  static final class Create {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object client, @Advice.Return Socket socket) {
      InFlight attempt = Hop.governed();
      if (attempt != null && client.getClass() == HttpClient.class) {
        attempt.connecting(new MeshConnection(attempt.poolKey(), socket));
      }
    }
  }

  /** {@code NetworkClient.doConnect(String, int)}: to the attempt's endpoint, secured. */
  static final class Connect {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 0)
    @Advice.ToArgument(value = 1, index = 1)
    static Object[] enter(@Advice.This Object client) {
      InFlight attempt = Hop.governed();
      // FTP and HTTPS clients connect here, too: their connections are their own.
      return attempt == null || client.getClass() != HttpClient.class
          ? null
          : MeshConnections.direct(attempt, (HttpClient) client);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(
        @Advice.This Object client,
        @Advice.Enter Object[] directed,
        @Advice.Return Socket socket,
        @Advice.Thrown Throwable error) {
      InFlight attempt = Hop.attempt();
      if (attempt == null || error != null || client.getClass() != HttpClient.class) {
        return null;
      }
      SSLException astray =
          attempt.endpoint() == null ? MeshConnections.astray(attempt, socket) : null;
      if (astray != null) {
        InFlight.close(socket);
        return new Object[] {null, astray};
      }
      return attempt.governed()
          ? MeshConnections.secure(attempt, (HttpClient) client, socket, directed != null)
          : null;
    }

    /** A mistake of ours must not send in the clear what was to be secured. */
    static Object[] exit(
        Throwable mistake, Object client, Object[] directed, Socket socket, Throwable error) {
      InFlight attempt = Hop.governed();
      boolean ours = directed != null || (attempt != null && attempt.endpoint() != null);
      if (!ours || client.getClass() != HttpClient.class) {
        return null;
      }
      if (socket != null) {
        InFlight.close(socket);
      }
      return new Object[] {null, unsecured(attempt, mistake)};
    }
  }

  private static SSLException unsecured(InFlight attempt, Throwable mistake) {
    return attempt == null || attempt.endpoint() == null
        ? new SSLException("inboard: connection not secured, by an error of ours", mistake)
        : Refusals.unsecured(HttpUrlConnectionHooks.NAME, attempt.endpoint(), mistake);
  }

  /** {@code HttpClient.writeRequests(MessageHeader, PosterOutputStream)}: one physical send. */
  static final class Head {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static MessageHeader enter(@Advice.Argument(0) MessageHeader head) {
      Hop hop = Hop.current();
      return hop == null ? null : hop.head(head);
    }
  }
}

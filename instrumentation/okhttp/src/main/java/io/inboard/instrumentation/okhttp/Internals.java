// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Set;
import okhttp3.Call;
import okhttp3.CertificatePinner;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.internal.platform.Platform;
import okhttp3.internal.tls.CertificateChainCleaner;

/** What is done with {@link OkHttpMembers}, in the library's types. */
final class Internals {
  /** Whether a call's engine is a Transmitter, as in 3.14. */
  static final boolean OLD = OkHttpMembers.TRANSMITTER.isThere();

  /** Whether the library learns over a JDK socket what was negotiated. */
  static final boolean NEGOTIATES =
      Platform.get().getClass().getName().equals("okhttp3.internal.platform.Jdk9Platform");

  /** Asks nothing beyond the plan, and shows a peer's chain as it came. */
  static final CertificatePinner NO_PINS =
      (CertificatePinner)
          OkHttpMembers.PINNER.call(
              Set.of(),
              new CertificateChainCleaner() {
                @Override
                public List<Certificate> clean(List<Certificate> chain, String host) {
                  return chain;
                }
              });

  /** Another host than any: what is kept for the one before is released for it. */
  private static final HttpUrl ELSEWHERE = HttpUrl.get("http://inboard.invalid/");

  private static final boolean CHAIN_RETRIES = OkHttpMembers.RETRIES.isThere();

  private Internals() {}

  /** What a call of the library cancels. */
  static Object engine(Interceptor.Chain chain) {
    return OLD ? OkHttpMembers.TRANSMITTER.call(chain) : chain.call();
  }

  /** The one that the engine has now; null if it has none. */
  static Connection connection(Object engine) {
    return (Connection) (OLD ? OkHttpMembers.OLD_CONNECTION : OkHttpMembers.CONNECTION).get(engine);
  }

  /** Whether the application lets the library try again after a failure. */
  static boolean retries(Object engine, Interceptor.Chain chain) {
    return CHAIN_RETRIES
        ? (boolean) OkHttpMembers.RETRIES.call(chain)
        : ((OkHttpClient) (OLD ? OkHttpMembers.OLD_CLIENT : OkHttpMembers.CLIENT).get(engine))
            .retryOnConnectionFailure();
  }

  /**
   * Ends what the engine has of an exchange and a connection, and lets it begin anew: it asks for
   * the address, as it does for another URL. A connection that it keeps would serve the same host
   * whatever its address.
   */
  static void renew(Object engine, Request request, Interceptor.Chain chain) throws IOException {
    release(engine);
    if (OLD) {
      OkHttpMembers.OLD_ENTER.call(engine, request.newBuilder().url(ELSEWHERE).build());
      OkHttpMembers.OLD_ENTER.call(engine, request);
    } else if (OkHttpMembers.ENTER.arity() == 3) {
      OkHttpMembers.ENTER.call(engine, request, true);
    } else {
      OkHttpMembers.ENTER.call(engine, request, true, chain);
    }
  }

  /**
   * Ends what the engine has of an exchange, without which its call would never end, and of a
   * connection, which 3.14 releases by itself once there is no exchange.
   */
  static void release(Object engine) throws IOException {
    if (OLD) {
      OkHttpMembers.OLD_EXIT.call(engine);
      return;
    }
    OkHttpMembers.EXIT.call(engine, true);
    Connection connection = connection(engine);
    if (connection != null) {
      Socket socket;
      synchronized (connection) {
        socket = (Socket) OkHttpMembers.RELEASE.call(engine);
      }
      if (socket != null) {
        socket.close();
      }
      ((EventListener) OkHttpMembers.LISTENER.call(engine))
          .connectionReleased((Call) engine, connection);
    }
  }
}

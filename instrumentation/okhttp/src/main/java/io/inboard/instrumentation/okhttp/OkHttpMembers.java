// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/**
 * What is not public in the library, or not there in every version, each once: witness of the unit
 * and way there. What a call keeps of its connection and exchange (its engine) is a Transmitter in
 * 3.14, and the RealCall itself since 4.
 */
final class OkHttpMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  private static final Handles.Owner CHAIN =
      HANDLES.in("okhttp3.internal.http.RealInterceptorChain");

  /** In 3.14. */
  static final Handles.Method TRANSMITTER = CHAIN.reach(method("transmitter").whereItExists());

  /** Since 5.5, where an interceptor can say otherwise than the client. */
  static final Handles.Method RETRIES =
      CHAIN.reach(method("getRetryOnConnectionFailure").whereItExists());

  private static final Handles.Owner OLD =
      HANDLES.inVersionsWith("okhttp3.internal.connection.Transmitter");
  static final Handles.Field OLD_CLIENT = OLD.reach(field("client", "okhttp3.OkHttpClient"));
  static final Handles.Field OLD_CONNECTION = OLD.reach(field("connection"));
  static final Handles.Method OLD_ENTER = OLD.reach(method("prepareToConnect", 1));
  static final Handles.Method OLD_EXIT = OLD.reach(method("exchangeDoneDueToException", 0));

  private static final Handles.Owner CALL =
      HANDLES.inVersionsWith("okhttp3.internal.connection.RealCall");
  static final Handles.Field CLIENT = CALL.reach(field("client", "okhttp3.OkHttpClient"));
  static final Handles.Field CONNECTION = CALL.reach(field("connection"));

  /** With the chain as its last argument since 5.5. */
  static final Handles.Method ENTER = CALL.reach(method("enterNetworkInterceptorExchange"));

  static final Handles.Method EXIT = CALL.reach(method("exitNetworkInterceptorExchange$okhttp", 1));
  static final Handles.Method RELEASE = CALL.reach(method("releaseConnectionNoEvents$okhttp", 0));
  static final Handles.Method LISTENER = CALL.reach(method("getEventListener$okhttp", 0));

  /** Null where it speaks HTTP/1.1. */
  static final Handles.Field HTTP_2 =
      HANDLES.in("okhttp3.internal.connection.RealConnection").reach(field("http2Connection"));

  /** With pins, and a cleaner of chains. */
  static final Handles.Method PINNER =
      HANDLES.in("okhttp3.CertificatePinner").reach(method("<init>", 2));

  private OkHttpMembers() {}
}

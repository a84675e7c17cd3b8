// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What is not public in Undertow, each once: witness of the unit and way there. */
final class UndertowMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** The connection that carries the streams of HTTP/2. */
  static final Handles.Field OF_HTTP_2;

  /** What a stream of HTTP/2 answers by. */
  static final Handles.Field RESPONSE;

  static {
    Handles.Owner stream = HANDLES.in("io.undertow.server.protocol.http2.Http2ServerConnection");
    OF_HTTP_2 = stream.reach(field("channel", "io.undertow.protocols.http2.Http2Channel"));
    RESPONSE =
        stream.reach(
            field("responseChannel", "io.undertow.protocols.http2.Http2DataStreamSinkChannel"));
  }

  static final Handles.Method IS_ENDED =
      HANDLES
          .in("io.undertow.server.protocol.framed.AbstractFramedStreamSinkChannel")
          .reach(method("isFinalFrameQueued", 0));

  static final Handles.Field OF_FRAMES =
      HANDLES
          .in("io.undertow.server.protocol.framed.AbstractFramedChannel")
          .reach(field("channel", "org.xnio.StreamConnection"));

  /** A connection whose addresses are those that the PROXY protocol says. */
  static final Handles.Owner BEHIND_PROXY =
      HANDLES.in(
          "io.undertow.server.protocol.proxy.ProxyProtocolReadListener$AddressWrappedConnection");

  /** TLS of the application's own around a connection, perhaps around one of those. */
  static final Handles.Owner OWN_TLS =
      HANDLES.in("io.undertow.protocols.ssl.UndertowSslConnection");

  static final Handles.Field OF_OWN_TLS =
      OWN_TLS.reach(field("delegate", "org.xnio.StreamConnection"));

  static final Handles.Field OF_PROXY =
      BEHIND_PROXY.reach(field("delegate", "org.xnio.StreamConnection"));

  private UndertowMembers() {}
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static io.inboard.weave.Member.field;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What is not public in Undertow, each once: witness of the unit and way there. */
final class UndertowMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** The connection that carries the streams of HTTP/2. */
  static final Handles.Field OF_HTTP_2 =
      HANDLES
          .in("io.undertow.server.protocol.http2.Http2ServerConnection")
          .reach(field("channel", "io.undertow.protocols.http2.Http2Channel"));

  static final Handles.Field OF_FRAMES =
      HANDLES
          .in("io.undertow.server.protocol.framed.AbstractFramedChannel")
          .reach(field("channel", "org.xnio.StreamConnection"));

  /** A connection whose addresses are those that the PROXY protocol says. */
  static final Handles.Owner BEHIND_PROXY =
      HANDLES.in(
          "io.undertow.server.protocol.proxy.ProxyProtocolReadListener$AddressWrappedConnection");

  static final Handles.Field OF_PROXY =
      BEHIND_PROXY.reach(field("delegate", "org.xnio.StreamConnection"));

  private UndertowMembers() {}
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.client.ConnectionProbe;
import java.lang.invoke.MethodHandles;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSession;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ssl.TlsDetails;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;

/**
 * What is known of a connection that an attempt takes.
 *
 * @param session null where the library has another kind of connection
 * @param exclusive whether it serves one exchange at a time: nothing may arrive on it now
 */
record SessionFacts(IOSession session, boolean exclusive) implements Passage.Connected {
  private static final ConnectionProbe<SocketChannel> PROBE =
      ConnectionProbe.ofChannels(MethodHandles.lookup());

  private SSLSession tls() {
    TlsDetails details =
        session instanceof TransportSecurityLayer secured ? secured.getTlsDetails() : null;
    return details == null ? null : details.getSSLSession();
  }

  @Override
  public SSLSession leadingTo(Object poolKey) {
    SSLSession tls = tls();
    return tls != null && Securing.leadsTo(tls, poolKey) ? tls : null;
  }

  @Override
  public SocketAddress remote() {
    return session == null ? null : session.getRemoteAddress();
  }

  @Override
  public boolean isDead() {
    if (session == null || !(session.channel() instanceof SocketChannel channel)) {
      return false;
    }
    return switch (PROBE.ask(channel)) {
      case SILENT, UNKNOWN -> false;
      // Of TLS it may be a message of its own, such as a late session ticket.
      case READABLE -> exclusive && tls() == null;
      case BROKEN -> true;
    };
  }
}

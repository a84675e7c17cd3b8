// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** See {@link InboundTls#DISABLED}. */
final class NoInboundTls implements InboundTls {
  @Override
  public Mode mode(int localPort) {
    return Mode.DISABLE;
  }

  @Override
  public SSLEngine engine(List<String> preferred, List<String> possible) throws SSLException {
    throw new SSLException("inboard: no identity is set, so there is no TLS to offer");
  }

  @Override
  public Optional<PeerIdentity> peer(SSLSession session) {
    return Optional.empty();
  }

  @Override
  public int handshakeMillis() {
    return 10_000;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * How to speak to an https server.
 *
 * @param context whom to trust, and who to be
 * @param protocols the only ones, by the JDK's names; empty: the JDK's choice
 */
public record Tls(SSLContext context, Optional<List<String>> protocols) {
  public Tls {
    protocols = protocols.map(List::copyOf);
  }

  /**
   * Makes a connected socket one of TLS, and shakes hands.
   *
   * @throws IOException also when the server's certificate is not one of {@code host}
   */
  Socket over(Socket raw, String host, int port) throws IOException {
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(raw, host, port, /* autoClose= */ true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (protocols.isPresent()) {
      parameters.setProtocols(protocols.get().toArray(new String[0]));
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }
}

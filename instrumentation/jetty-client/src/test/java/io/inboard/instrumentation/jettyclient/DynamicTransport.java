// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.util.Arrays;
import java.util.List;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.io.ClientConnectionFactory.Info;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A transport that speaks HTTP/1.1 and HTTP/2, whose classes are elsewhere before 12. */
final class DynamicTransport {
  private static final String P = "org.eclipse.jetty.client.";
  private static final String HTTP2 = "org.eclipse.jetty.http2.client.";

  private DynamicTransport() {}

  /**
   * An application whose client has one.
   *
   * @param tls for URLs that say https
   * @param protocols what it speaks, its favourite first: {@code h2}, {@code http/1.1}
   */
  static Application application(SslContextFactory.Client tls, List<String> protocols)
      throws Exception {
    ClientConnector connector = new ClientConnector();
    connector.setSslContextFactory(tls);
    Info[] infos = new Info[protocols.size()];
    for (int i = 0; i < infos.length; i++) {
      infos[i] = protocols.get(i).equals("h2") ? http2(connector) : http1();
    }
    Object transport =
        find(P + "transport.HttpClientTransportDynamic", P + "dynamic.HttpClientTransportDynamic")
            .getConstructor(ClientConnector.class, Info[].class)
            .newInstance(connector, infos);
    HttpClient client = new HttpClient((HttpClientTransport) transport);
    return Application.is12()
        ? new NewApplication(NewApplication.started(client))
        : new OldApplication(client);
  }

  private static Info http1() throws Exception {
    return (Info)
        find(P + "transport.HttpClientConnectionFactory", P + "http.HttpClientConnectionFactory")
            .getField("HTTP11")
            .get(null);
  }

  private static Info http2(ClientConnector connector) throws Exception {
    String name = "ClientConnectionFactoryOverHTTP2$HTTP2";
    return (Info)
        find(HTTP2 + "transport." + name, HTTP2 + "http." + name)
            .getConstructor(HTTP2Client.class)
            .newInstance(new HTTP2Client(connector));
  }

  private static Class<?> find(String... names) throws ClassNotFoundException {
    for (String name : names) {
      try {
        return Class.forName(name);
      } catch (ClassNotFoundException e) {
        // The next one.
      }
    }
    throw new ClassNotFoundException(Arrays.toString(names));
  }
}

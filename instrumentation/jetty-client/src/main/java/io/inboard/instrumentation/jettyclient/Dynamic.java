// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.WeakIdentityMap;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnectionFactory.Info;
import org.eclipse.jetty.util.component.ContainerLifeCycle;

/**
 * Transports that speak HTTP/1.1 and HTTP/2 ({@code HttpClientTransportDynamic}), since 10. Of a
 * URL that says https Jetty lets ALPN choose; of one that says http it takes what the application
 * has named first. Below our TLS ALPN chooses, as below the application's own, unless the request
 * itself says a version or asks for an upgrade. Loaded since 10. Any thread.
 */
final class Dynamic {
  static final String HTTP_1_1 = "http/1.1";
  static final String HTTP_2 = "h2";

  /** As 12 has it, and what was before. */
  private static final List<String> NAMES =
      List.of(
          Members.T + "HttpClientTransportDynamic",
          Members.P + "dynamic.HttpClientTransportDynamic");

  private static final Object NONE = new Object();

  /** By transport: what is chosen among, in Jetty's words; {@link #NONE}: nothing. */
  private static final WeakIdentityMap<Object, Object> CHOICES = new WeakIdentityMap<>();

  private Dynamic() {}

  /**
   * What a request may be sent by below TLS, in Jetty's words; null: what it would be sent by
   * without TLS.
   */
  static Object choice(HttpClient client, Object request) {
    HttpClientTransport transport = client.getTransport();
    Object choice = CHOICES.get(transport);
    if (choice == null) {
      choice = find(transport);
      CHOICES.put(transport, choice);
    }
    return choice == NONE || !isOpen(request) ? null : choice;
  }

  /** Whether the application leaves that to the client; a WebSocket it asks of HTTP/1.1. */
  private static boolean isOpen(Object request) {
    return "http".equalsIgnoreCase((String) Members.SCHEME.call(request))
        && !(boolean) Members.IS_VERSION_EXPLICIT.call(request)
        && !Headers.has(Jetty.headers(request), "upgrade");
  }

  private static Object find(HttpClientTransport transport) {
    List<String> protocols = new ArrayList<>();
    for (Class<?> c = transport.getClass(); c != null; c = c.getSuperclass()) {
      if (NAMES.contains(c.getName())) {
        for (Info info : infos(transport)) {
          info.getProtocols(true).stream().filter(Dynamic::isChosen).forEach(protocols::add);
        }
      }
    }
    return protocols.contains(HTTP_1_1) && protocols.contains(HTTP_2)
        ? Members.NEW_PROTOCOL.call(List.copyOf(protocols), true)
        : NONE;
  }

  /** HTTP/3 has no TLS of ours, h2c is without TLS. */
  private static boolean isChosen(String protocol) {
    return protocol.equals(HTTP_1_1) || protocol.equals(HTTP_2);
  }

  /** What a transport can speak, in the application's order. */
  private static Iterable<Info> infos(HttpClientTransport transport) {
    return ((ContainerLifeCycle) transport).getBeans(Info.class);
  }

  /**
   * What makes connections that speak a protocol.
   *
   * @param protocol of those that {@link #choice} has named
   */
  static ClientConnectionFactory factory(HttpClient client, String protocol) {
    for (Info info : infos(client.getTransport())) {
      if (info.matches(List.of(protocol), true)) {
        return info.getClientConnectionFactory();
      }
    }
    throw new IllegalStateException("nothing speaks " + protocol);
  }

  /**
   * A connection of HTTP/2 has said its version in the request, as if the application had; the next
   * attempt, or what follows a redirect, may go to who does not speak it.
   */
  static void forgetVersion(Object request, HttpVersion own) {
    Members.OWN_VERSION.set(request, own);
    (Jetty.IS_12 ? Members.EXPLICIT_12 : Members.EXPLICIT_10).set(request, false);
  }
}

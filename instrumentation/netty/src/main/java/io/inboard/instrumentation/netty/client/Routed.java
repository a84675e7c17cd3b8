// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Inboard;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;

/**
 * Where a connection of AsyncHttpClient leads that has TLS or a proxy of the application's own: the
 * pipeline does not show that before it is open. Immutable.
 */
final class Routed extends InetSocketAddress {
  private static final long serialVersionUID = 1L;

  /** How often a connection to a destination is tried: nothing was sent where it fails. */
  private static final int TRIES = 3;

  private final String host;
  private final int port;
  private final boolean secured;
  private final boolean proxied;

  private Routed(InetSocketAddress to, String host, int port, boolean secured, boolean proxied) {
    super(to.getAddress(), to.getPort());
    this.host = host;
    this.port = port;
    this.secured = secured;
    this.proxied = proxied;
  }

  /**
   * What a connection is opened to.
   *
   * @param listener knows for which request
   * @return null: as the library has it, which is what is called, in the clear
   */
  static InetSocketAddress of(Object listener, InetSocketAddress address) {
    Object request = AsyncHttpClientHooks.OF_REQUEST.get(listener);
    Object uri = AsyncHttpClientHooks.URI_OF.call(request);
    boolean secured = (boolean) AsyncHttpClientHooks.IS_SECURED.call(uri);
    boolean proxied = AsyncHttpClientHooks.PROXY_OF.call(request) != null;
    return secured || proxied
        ? new Routed(
            address,
            (String) AsyncHttpClientHooks.HOST.call(uri),
            (int) AsyncHttpClientHooks.PORT.call(uri),
            secured,
            proxied)
        : null;
  }

  /** What the application calls. Nothing is looked up. */
  InetSocketAddress asked() {
    return createUnresolved(host, port);
  }

  /** What will be spoken there. */
  Spoken over(Spoken pipeline) {
    return new Spoken(
        secured || pipeline.ownTls(),
        proxied || pipeline.proxied(),
        pipeline.behind(),
        pipeline.http2());
  }

  /**
   * A name is about to be looked up: that of a destination with mutual TLS is known to the mesh,
   * which chooses an instance for each try, so that one which is gone is not the end.
   *
   * @param sender has a time to be bound for the request, whoever looks it up
   * @return null: it is looked up
   */
  static Future<List<InetSocketAddress>> unresolved(
      Object sender, Object request, Object proxy, Object future) {
    Object uri = AsyncHttpClientHooks.URI_OF.call(future);
    if (proxy != null
        || AsyncHttpClientHooks.ADDRESS_OF.call(request) != null
        || (boolean) AsyncHttpClientHooks.IS_SECURED.call(uri)) {
      return null;
    }
    InetSocketAddress name =
        createUnresolved(
            (String) AsyncHttpClientHooks.HOST.call(uri),
            (int) AsyncHttpClientHooks.PORT.call(uri));
    if (!Inboard.outbound().mustEncrypt(name.getHostString(), name.getPort())) {
      return null;
    }
    AsyncHttpClientHooks.BOUND.call(sender, future, name);
    return ImmediateEventExecutor.INSTANCE.newSucceededFuture(Collections.nCopies(TRIES, name));
  }
}

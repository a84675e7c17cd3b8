// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow.app;

import io.inboard.contract.RunningServer;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.protocol.http2.Http2OpenListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/** HTTP/2 by prior knowledge: a listener that an application opens by itself. */
public final class Http2Server implements RunningServer {
  private final XnioWorker worker;
  private final AcceptingChannel<StreamConnection> server;

  /**
   * @param properties none
   * @param threads for requests; empty: Undertow's own
   */
  public Http2Server(Map<String, String> properties, Optional<Executor> threads) throws Exception {
    worker =
        Xnio.getInstance(Http2OpenListener.class.getClassLoader())
            .createWorker(
                OptionMap.builder()
                    .set(Options.WORKER_IO_THREADS, 1)
                    .set(Options.WORKER_TASK_CORE_THREADS, 2)
                    .set(Options.WORKER_TASK_MAX_THREADS, 2)
                    .getMap());
    Http2OpenListener listener =
        new Http2OpenListener(
            new DefaultByteBufferPool(true, 16 * 1024),
            OptionMap.create(UndertowOptions.ENABLE_HTTP2, true));
    listener.setRootHandler(PlainHandlers.application(threads));
    server =
        worker.createStreamConnectionServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            ChannelListeners.openListenerAdapter(listener),
            OptionMap.create(Options.TCP_NODELAY, true, Options.REUSE_ADDRESSES, true));
    server.resumeAccepts();
  }

  @Override
  public int port() {
    return ((InetSocketAddress) server.getLocalAddress()).getPort();
  }

  @Override
  public void close() {
    IoUtils.safeClose(server);
    worker.shutdownNow();
  }
}

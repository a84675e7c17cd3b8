// Licensed under the Apache License, Version 2.0; see LICENSE.
package org.wildfly.extension.undertow;

import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * Stands for WildFly's class of this name, and opens a port as that does: with a worker of its own
 * and a listener of Undertow's, without {@code io.undertow.Undertow}.
 */
public final class HttpListenerService {
  private static final int BUFFER = 16 * 1024;

  private final XnioWorker worker;
  private final HttpOpenListener listener;
  private final AcceptingChannel<StreamConnection> server;

  /** Listens on 127.0.0.1, on a port that the system chooses. */
  public HttpListenerService(HttpHandler root) throws IOException {
    worker =
        Xnio.getInstance(HttpOpenListener.class.getClassLoader())
            .createWorker(
                OptionMap.builder()
                    .set(Options.WORKER_IO_THREADS, 2)
                    .set(Options.WORKER_TASK_CORE_THREADS, 8)
                    .set(Options.WORKER_TASK_MAX_THREADS, 8)
                    .getMap());
    listener =
        new HttpOpenListener(
            new DefaultByteBufferPool(true, BUFFER),
            OptionMap.create(
                UndertowOptions.BUFFER_PIPELINED_DATA, true, UndertowOptions.ENABLE_HTTP2, true));
    listener.setRootHandler(root);
    server =
        worker.createStreamConnectionServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            ChannelListeners.openListenerAdapter(listener),
            OptionMap.create(Options.TCP_NODELAY, true, Options.REUSE_ADDRESSES, true));
    server.resumeAccepts();
  }

  public int port() {
    return ((InetSocketAddress) server.getLocalAddress()).getPort();
  }

  /** Accepts nobody more, and closes what it has accepted. */
  public void stopListening() {
    IoUtils.safeClose(server);
    listener.closeConnections();
  }

  /** The end. */
  public void stop() {
    stopListening();
    worker.shutdownNow();
  }
}

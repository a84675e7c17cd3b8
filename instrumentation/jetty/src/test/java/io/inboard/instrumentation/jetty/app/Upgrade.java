// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty.app;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What a WebSocket is to Jetty: a connection of its own after 101, here one that echoes. */
final class Upgrade extends Handler.Wrapper {
  Upgrade(Handler handler) {
    super(handler);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (!"/jetty/upgrade".equals(request.getHttpURI().getPath())) {
      return super.handle(request, response, callback);
    }
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    request.setAttribute(
        HttpStream.UPGRADE_CONNECTION_ATTRIBUTE,
        new Echo(endPoint, request.getComponents().getThreadPool()));
    response.setStatus(101);
    response.getHeaders().put(HttpHeader.UPGRADE, "echo");
    response.getHeaders().put(HttpHeader.CONNECTION, "Upgrade");
    callback.succeeded();
    return true;
  }
}

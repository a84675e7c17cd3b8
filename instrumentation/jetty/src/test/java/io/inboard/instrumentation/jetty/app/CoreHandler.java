// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty.app;

import io.inboard.contract.ScriptedInbound;
import io.inboard.contract.SeenRequest;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** An application of Jetty 12's own handlers, without servlets: it answers with what it sees. */
final class CoreHandler extends Handler.Abstract {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String here = ScriptedInbound.requestOfThisThread().map(SeenRequest::path).orElse("none");
    Content.Sink.write(
        response,
        true,
        request.getHttpURI().asString()
            + " "
            + request.isSecure()
            + " "
            + request.getHeaders().getValuesList("x-forwarded-client-cert")
            + " "
            + here,
        callback);
    return true;
  }
}

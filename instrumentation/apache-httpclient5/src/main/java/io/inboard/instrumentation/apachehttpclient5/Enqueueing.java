// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.nio.command.RequestExecutionCommand;
import org.apache.hc.core5.reactor.IOSession;

/**
 * A minimal client of HTTP/2 gets its connection, and gives it the exchange inside a callback of
 * its own: this stands between the two for that moment.
 */
record Enqueueing(AsyncFlight flight, FutureCallback<IOSession> own)
    implements FutureCallback<IOSession> {
  @Override
  public void completed(IOSession session) {
    own.completed(
        (IOSession)
            Proxy.newProxyInstance(
                IOSession.class.getClassLoader(),
                new Class<?>[] {IOSession.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("enqueue")
                      && arguments[0] instanceof RequestExecutionCommand command) {
                    arguments[0] = taken(command, session);
                  }
                  try {
                    return method.invoke(session, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                }));
  }

  private RequestExecutionCommand taken(RequestExecutionCommand command, IOSession session) {
    flight
        .passage()
        .executing(command.getExchangeHandler(), Passage.Connected.over(session, false));
    if (command.getCancellableDependency() != null) {
      flight.passage().streams(command.getCancellableDependency());
    }
    return new RequestExecutionCommand(
        new SentHandler(command.getExchangeHandler(), flight),
        command.getPushHandlerFactory(),
        command.getCancellableDependency(),
        command.getContext());
  }

  @Override
  public void failed(Exception cause) {
    own.failed(cause);
  }

  @Override
  public void cancelled() {
    own.cancelled();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.io.InputStream;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/** What an application does with the client, as the contracts ask for it, in whichever version. */
interface Application {
  /** One for the JVM, whose endpoints have their pools each. */
  Application HERE = is12() ? new NewApplication(NewApplication.http1()) : new OldApplication();

  /** As a thread does that waits. */
  Response sendAndWait(Request request) throws Exception;

  /** As a listener does. */
  Running begin(Request request);

  /** What a listener hears that aborts as soon as a response begins, up to its end, in order. */
  List<String> heardAfterAborting(URI uri, Throwable cause) throws Exception;

  /** The response's body while it arrives; of a POST with a body, of a GET without one. */
  InputStream stream(URI uri, Optional<InputStream> body) throws Exception;

  /** Opens a connection by itself, past the client's pools. */
  Own open(URI uri) throws Exception;

  /** A connection of the application's own. */
  interface Own extends AutoCloseable {
    /** Over this connection, and none else. */
    Response send(Request request) throws Exception;
  }

  static Response send(Request request) throws Exception {
    try {
      return HERE.sendAndWait(request);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  static Running start(Request request) {
    return HERE.begin(request);
  }

  static boolean is12() {
    try {
      Class.forName("org.eclipse.jetty.client.transport.HttpExchange");
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Its bound of connecting is the client's, not the request's; it repeats nothing. */
  static Set<Capability> capabilities() {
    return EnumSet.complementOf(
        EnumSet.of(
            Capability.CONNECT_TIMEOUT,
            Capability.REPEATS,
            Capability.HTTP2,
            Capability.KEEPS_RESET_CONNECTION));
  }
}

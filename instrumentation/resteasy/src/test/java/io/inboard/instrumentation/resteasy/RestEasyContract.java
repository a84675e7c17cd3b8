// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.resteasy;

import io.inboard.contract.RestRouteContract;
import io.inboard.contract.RunningServer;
import io.inboard.contract.VersionLoader;
import java.io.File;

/** RESTEasy's servlet on the Undertow of its time. */
abstract class RestEasyContract extends RestRouteContract {
  private static final String APPLICATION = "io.inboard.instrumentation.resteasy.app.";

  private final String version;
  private final boolean javax;

  RestEasyContract(String version, boolean javax) {
    this.version = version;
    this.javax = javax;
  }

  @Override
  protected RunningServer start() throws Exception {
    VersionLoader loader =
        new VersionLoader(
            new File("target/resteasy/" + version),
            javax,
            APPLICATION,
            "io.inboard.contract.rest.");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // Where RESTEasy looks for its own providers.
    thread.setContextClassLoader(loader);
    try {
      return loader.make(RunningServer.class, APPLICATION + "RestEasyServer");
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Override
  protected String library() {
    return "undertow";
  }
}

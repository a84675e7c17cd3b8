// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.contract.AsyncClientContract;
import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Running;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** Over one connection of HTTP/2, which the application has chosen for a URL that says http. */
abstract class VertxHttp2Contract extends AsyncClientContract {
  private static final Set<String> OVER_HTTP2 =
      Set.of(
          "aStreamThatTheServerResetsFailsNoOther",
          "anAttemptWhoseTimeIsUpFailsNoOther",
          "aBodyThatEndsBeforeItsLengthIsAnError",
          "anAnswerToARequestWhoseBodyTheServerDoesNotReadArrives",
          "eachCallOnAConnectionIsRepeatedByItself");

  private final Application application;

  VertxHttp2Contract(String version) {
    application = Application.of(version, "VertxApplication$OfHttp2");
  }

  @Override
  protected String libraryName() {
    return VertxClientHooks.NAME;
  }

  @Override
  protected ClassLoader libraryLoader() {
    return application.loader();
  }

  @Override
  protected Set<Capability> capabilities() {
    return EnumSet.complementOf(
        EnumSet.of(Capability.CANCEL, Capability.REPEATS, Capability.SEES_END_OF_TLS));
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return Application.TIMEOUT;
  }

  @Override
  protected Running start(Request request) {
    return application.start(request);
  }

  /** What is not about HTTP/2 has a server that speaks HTTP/1.1. */
  @BeforeEach
  void isAboutHttp2(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName();
    boolean about = OVER_HTTP2.contains(name);
    if (!about) {
      System.out.println("skipped: " + name + " is not over HTTP/2");
    }
    assumeTrue(about, "not over HTTP/2");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.contract.AsyncClientContract;
import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Running;
import io.netty.handler.timeout.ReadTimeoutException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** Over one connection of HTTP/2, which the application has chosen for a URL that says http. */
final class Http2Test extends AsyncClientContract {
  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return EnumSet.complementOf(EnumSet.of(Capability.REPEATS, Capability.SEES_END_OF_TLS));
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return ReadTimeoutException.class;
  }

  @Override
  protected Running start(Request request) {
    return Application.HTTP2.start(request);
  }

  /** What is not about HTTP/2 has a server that speaks HTTP/1.1, and this client asks nobody. */
  @BeforeEach
  void isAboutHttp2(TestInfo test) {
    boolean about = isOverHttp2(test);
    if (!about) {
      System.out.println("skipped: " + test.getDisplayName() + " is not over HTTP/2");
    }
    assumeTrue(about, "not over HTTP/2");
  }
}

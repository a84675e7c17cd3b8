// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.AsyncClientContract;
import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Running;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/**
 * Calls by the library's Dispatcher, which gives each a thread: one that waits holds up no other.
 */
final class AsyncClientTest extends AsyncClientContract {
  private Application application;

  @BeforeEach
  void choose(TestInfo test) {
    application = isOverHttp2(test) ? Application.ofHttp2() : new Application();
  }

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    Set<Capability> most = EnumSet.allOf(Capability.class);
    // More than five of one host wait for each other, with or without us.
    most.remove(Capability.WAITS_WITHOUT_THREAD);
    most.remove(Capability.KEEPS_RESET_CONNECTION);
    return most;
  }

  @Override
  protected Running start(Request request) {
    return application.enqueue(request);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls by Apache HttpClient 5, or by Spring over it. */
class ApacheHttpClient5Test extends ClientStory {
  @Override
  Service.Builder app(String name) {
    return Service.apache5(name, Jdks.own());
  }

  @Override
  List<String> clients() {
    return List.of(
        "apache5",
        "apache5-minimal",
        "apache5-async",
        "apache5-async-minimal",
        "rest-template",
        "rest-client");
  }

  /** A POST over HTTP/2 has failed by a connection that the server ended: not understood yet. */
  @Override
  List<String> getsOnly() {
    return List.of("apache5-h2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"apache5", "apache5-async"})
  @Tag("alone")
  void anInstanceThatBreaksAndOneThatIsGoneCostNoGetAndNoPostArrivesTwice(String client) {
    noGetFailsAndNoPostArrivesTwice(client);
  }
}

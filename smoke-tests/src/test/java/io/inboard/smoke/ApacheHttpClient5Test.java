// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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

  @Override
  List<String> http2Clients() {
    return List.of("apache5-h2");
  }

  /**
   * Over HTTP/2 the library ends a body by an empty frame of its own. Of one of less than about a
   * kilobyte Tomcat takes the frame before that for a flood, and ends the connection with
   * ENHANCE_YOUR_CALM (11) at the second one ({@code overheadDataThreshold}), as it does without
   * Inboard.
   */
  @Override
  String paidBy(String client) {
    return http2Clients().contains(client) ? "1".repeat(2048) : super.paidBy(client);
  }

  @Test
  @Tag("alone")
  void anInstanceThatBreaksAndOneThatIsGoneCostNoGetAndNoPostArrivesTwice() {
    noGetFailsAndNoPostArrivesTwice("apache5", "apache5-async");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Calls by OkHttp. */
class OkHttpTest extends ClientStory {
  @Override
  Service.Builder app(String name) {
    return Service.okHttp(name, Jdks.own());
  }

  @Override
  List<String> clients() {
    return List.of("okhttp", "okhttp-async");
  }

  @Test
  @Tag("alone")
  void anInstanceThatBreaksAndOneThatIsGoneCostNoGetAndNoPostArrivesTwice() {
    noGetFailsAndNoPostArrivesTwice("okhttp", "okhttp-async");
  }
}

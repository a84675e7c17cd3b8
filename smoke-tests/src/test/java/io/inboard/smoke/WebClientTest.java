// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import java.util.List;

/** Calls by Spring's WebClient over reactor-netty. */
class WebClientTest extends ClientStory {
  @Override
  Service.Builder app(String name) {
    return Service.boot("boot-3.5-webclient", name, Jdks.own());
  }

  @Override
  List<String> clients() {
    return List.of("webclient", "webclient-elsewhere");
  }
}

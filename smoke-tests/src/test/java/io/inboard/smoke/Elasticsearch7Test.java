// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import java.util.List;

/** Calls by the low-level client of Elasticsearch 7.17. */
class Elasticsearch7Test extends ClientStory {
  @Override
  Service.Builder app(String name) {
    return Service.elasticsearch7(name, Jdks.own());
  }

  @Override
  List<String> clients() {
    return List.of("elasticsearch");
  }
}

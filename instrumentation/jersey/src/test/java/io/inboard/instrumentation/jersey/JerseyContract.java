// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jersey;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.RestRouteContract;
import io.inboard.contract.RunningServer;
import io.inboard.contract.VersionLoader;
import java.io.File;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Jersey's servlet on the Tomcat of its time. */
abstract class JerseyContract extends RestRouteContract {
  private static final String APPLICATION = "io.inboard.instrumentation.jersey.app.";

  private final String version;
  private final boolean javax;

  JerseyContract(String version, boolean javax) {
    this.version = version;
    this.javax = javax;
  }

  @Override
  protected RunningServer start() throws Exception {
    return new VersionLoader(
            new File("target/jersey/" + version), javax, APPLICATION, "io.inboard.contract.rest.")
        .make(RunningServer.class, APPLICATION + "JerseyServer");
  }

  @Override
  protected String library() {
    return "tomcat";
  }

  @Test
  void parametersOfTheContextAreNotOfTheRoute() throws IOException {
    routeIsOfTheContext("/shop;x=1");
  }

  final void routeIsOfTheContext(String spelling) throws IOException {
    assertThat(get(spelling + "/api/items/7")).isEqualTo(200);
    assertThat(mesh.only().route()).isEqualTo("/shop/api/items/{id}");
  }
}

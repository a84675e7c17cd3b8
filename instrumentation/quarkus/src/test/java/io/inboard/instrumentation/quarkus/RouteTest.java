// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.contract.VersionLoader;
import io.inboard.contract.WovenJvm;
import io.inboard.instrumentation.quarkus.Requests.Resource;
import io.inboard.telemetry.RequestContexts;
import io.inboard.weave.UnitReport;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The route that each version tells. A whole application is built by Quarkus alone: see the stories
 * of smoke-tests.
 */
final class RouteTest {
  private static final String APPLICATION = "io.inboard.instrumentation.quarkus.app.";

  private final Served served = new Served(new ArrayList<>());

  /** A request that a test serves, and the routes that it was told. */
  private record Served(List<String> told) implements Context {
    @Override
    public void matched(String route) {
      told.add(route);
    }
  }

  @BeforeEach
  void weave() {
    WovenJvm.ensure();
    Inboard.serve(
        new Inboard.Core(Outbound.PASS, Inbound.PASS, InboundTls.DISABLED, new RequestContexts()));
  }

  @AfterEach
  void nothingWentWrong() {
    assertThat(WovenJvm.takeTroubles()).isEmpty();
    assertThat(WovenJvm.report(QuarkusRestHooks.NAME).libraries())
        .isNotEmpty()
        .allMatch(UnitReport.LibraryReport::applied);
  }

  private void route(String version, String prefix, Resource... resources) throws Exception {
    Requests requests =
        new VersionLoader(new File("target/quarkus/" + version), false, APPLICATION)
            .make(Requests.class, APPLICATION + "QuarkusRequests");
    try (Contexts.Scope scope = Inboard.contexts().activate(served)) {
      requests.route(prefix, List.of(resources));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.8.6", "3.33.2", "3.38.2"})
  void theTemplatesThatMatchedAreTheRoute(String version) throws Exception {
    route(version, "", new Resource("GET", "/items", "/{id}", false));
    route(version, "/shop/", new Resource("GET", "items", "{id}/parts/{part: [a-z]+}", false));
    route(version, "", new Resource("POST", "/items", "/", false));
    route(version, "", new Resource("GET", "/", "/", false));
    assertThat(served.told)
        .containsExactly("/items/{id}", "/shop/items/{id}/parts/{part: [a-z]+}", "/items", "/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.8.6", "3.33.2", "3.38.2"})
  void aSubResourceIsBelowTheMethodsThatGaveIt(String version) throws Exception {
    route(
        version,
        "/api",
        new Resource(null, "/items", "/{id}/orders", false),
        new Resource(null, null, "/{order}/lines", true),
        new Resource("GET", "/not/asked", "/{line}", true));
    assertThat(served.told).containsExactly("/api/items/{id}/orders/{order}/lines/{line}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.8.6", "3.33.2", "3.38.2"})
  void whatIsNoRequestOfTheMeshIsNotTold(String version) throws Exception {
    Requests requests =
        new VersionLoader(new File("target/quarkus/" + version), false, APPLICATION)
            .make(Requests.class, APPLICATION + "QuarkusRequests");
    requests.route("", List.of(new Resource("GET", "/items", "/{id}", false)));
    assertThat(served.told).isEmpty();
  }
}

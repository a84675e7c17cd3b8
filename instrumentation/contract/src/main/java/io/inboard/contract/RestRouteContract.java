// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The routes of a framework for JAX-RS above a server that is hooked, too. A subclass starts {@code
 * io.inboard.contract.rest} in a context {@code /shop}, by a servlet for {@code /api/*}.
 */
public abstract class RestRouteContract extends ServerFixture {
  private static final String INSTALLED = "/shop/api";

  @ParameterizedTest
  @CsvSource({
    "/items, /items",
    "/items/7, /items/{id}",
    "/items/%37, /items/{id}",
    "/items/7/parts/lid, /items/{id}/parts/{part: [a-z]+}",
    "/items/later/7, /items/later/{id}",
    "/items/7/orders/8, /items/{id}/orders/{order}",
    "/items/7/orders/8/lines/9, /items/{id}/orders/{order}/lines/{order}",
  })
  void theTemplatesThatMatchedAreTheRoute(String path, String templates) throws IOException {
    assertThat(get(INSTALLED + path)).isEqualTo(200);
    assertThat(mesh.only().route()).isEqualTo(INSTALLED + templates);
  }

  @Test
  void aRequestThatFailsHasItsRoute() throws IOException {
    assertThat(get(INSTALLED + "/items/failing/7")).isEqualTo(500);
    assertThat(mesh.only().route()).isEqualTo("/shop/api/items/failing/{id}");
  }

  @Test
  void aRequestThatAFilterRefusesHasItsRoute() throws IOException {
    assertThat(get(INSTALLED + "/items/7", "x-refuse: yes")).isEqualTo(401);
    assertThat(mesh.only().route()).isEqualTo("/shop/api/items/{id}");
  }

  @Test
  void theServletsMappingIsTheRouteWhereNothingMatched() throws IOException {
    assertThat(get(INSTALLED + "/nothing")).isEqualTo(404);
    assertThat(mesh.only().route()).isEqualTo("/shop/api/*");
  }

  @Test
  void whileTheMeshIsSwitchedOffNobodyIsTold() throws IOException {
    mesh.disabled(true);
    assertThat(get(INSTALLED + "/items/7/orders/8")).isEqualTo(200);
    assertThat(mesh.seen()).isEmpty();
  }

  /** The status of the answer. */
  protected final int get(String path, String... headers) throws IOException {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      return wire.get(path, headers).status();
    }
  }
}

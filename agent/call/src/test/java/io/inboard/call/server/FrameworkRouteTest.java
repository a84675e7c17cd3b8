// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameworkRouteTest {
  private final List<String> matched = new ArrayList<>();

  @AfterEach
  void shut() {
    serve(Context.NONE);
  }

  private Context told() {
    return new Context() {
      @Override
      public void matched(String route) {
        matched.add(route);
      }
    };
  }

  private static void serve(Context current) {
    Contexts contexts =
        new Contexts() {
          @Override
          public Context current() {
            return current;
          }

          @Override
          public Scope activate(Context context) {
            return Scope.NONE;
          }
        };
    Inboard.serve(new Inboard.Core(Outbound.PASS, Inbound.PASS, InboundTls.DISABLED, contexts));
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', ''",
    "'', /, ''",
    "'', items, /items",
    "'', /items/, /items",
    "/api, items/{id}, /api/items/{id}",
    "/api/, /items, /api/items",
    "/api, , /api",
    "/items, '{id: \\d+}', '/items/{id: \\d+}'",
  })
  void templatesHaveOneSlashBetweenThem(String outer, String inner, String whole) {
    assertThat(FrameworkRoute.join(outer, inner)).isEqualTo(whole);
  }

  @Test
  void theRequestOfTheThreadIsToldWhatTheClientCannotSpell() {
    serve(told());
    assertThat(FrameworkRoute.isAsked()).isTrue();
    for (String installed : List.of("/shop/api", "/shop/api/", "/sh%6Fp/api", "/shop;x=1/api;y")) {
      FrameworkRoute.matched(installed, "/items/{id}");
    }
    assertThat(matched).hasSize(4).containsOnly("/shop/api/items/{id}");
  }

  @Test
  void aRouteIsNeverEmpty() {
    serve(told());
    FrameworkRoute.matched("/", "");
    FrameworkRoute.matched(null, "/items");
    FrameworkRoute.matched("/100%", "");
    assertThat(matched).containsExactly("/", "/items", "/100%");
  }

  @Test
  void nobodyIsAskedOutsideOfARequest() {
    serve(Context.NONE);
    assertThat(FrameworkRoute.isAsked()).isFalse();
  }
}

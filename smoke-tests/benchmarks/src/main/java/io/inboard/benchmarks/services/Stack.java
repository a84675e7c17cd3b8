// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.services.Variant.Way;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What front and back are made of. Which one it is follows from the client of the front. */
enum Stack {
  MVC("Spring MVC on Tomcat, front and back"),
  WEBFLUX("Spring WebFlux on reactor-netty, front and back"),
  GRPC("Spring MVC on Tomcat calls a server of gRPC, which is on Netty; unary calls");

  private final String about;

  Stack(String about) {
    this.about = about;
  }

  String about() {
    return about;
  }

  /** Why there is no such variant of this stack; empty: there is one. */
  Optional<String> lacks(Variant variant) {
    if (this == GRPC && variant.way() == Way.ENVOY_HTTP_1) {
      return Optional.of("gRPC is HTTP/2 all the way");
    }
    if (this != MVC && variant == Variant.NATIVE_UNLIMITED) {
      return Optional.of("the limit that it lifts is one of Tomcat, and this back has none");
    }
    return Optional.empty();
  }

  /** All that there are. */
  List<Variant> variants() {
    return Stream.of(Variant.values()).filter(variant -> lacks(variant).isEmpty()).toList();
  }
}

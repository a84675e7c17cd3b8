// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How services are started. */
final class ServiceTest {
  private static final String KEYS = "-Djavax.net.ssl.keyStore=certificates/";

  private static List<String> words(Client client, Variant variant, Role role) {
    Map<Role, List<String>> programs =
        Map.of(Role.FRONT, List.of("-jar", "front.jar"), Role.BACK, List.of("-cp", "back.jar"));
    Path nowhere = Path.of("nowhere");
    Site site =
        new Site(Path.of("java"), nowhere, client, programs, nowhere, Optional.empty(), nowhere);
    Certificates certificates = new Certificates(Path.of("certificates"));
    return Service.words(site, certificates, variant, role, 8080, List.of("-javaagent:x.jar"));
  }

  @Test
  void bootApplicationsAreToldTheirPortByOptions() {
    assertThat(words(Client.WEBCLIENT, Variant.TRACING, Role.BACK))
        .containsExactly(
            "java",
            "-Xmx256m",
            "-javaagent:x.jar",
            "-cp",
            "back.jar",
            "--server.address=127.0.0.1",
            "--server.port=8080",
            "--spring.main.banner-mode=off");
  }

  @Test
  void aServerOfGrpcIsOnTheNettyOfItsClient() {
    assertThat(words(Client.GRPC, Variant.NONE, Role.BACK))
        .endsWith("-cp", "back.jar", "8080", "payments", "shaded");
    assertThat(words(Client.GRPC_NETTY, Variant.NONE, Role.BACK))
        .endsWith("-cp", "back.jar", "8080", "payments", "netty");
  }

  @Test
  void tlsByHandIsToldToClientsByThePropertiesOfTheJvm() {
    for (Client client : Client.values()) {
      assertThat(words(client, Variant.NATIVE, Role.FRONT)).contains(KEYS + "web.p12");
      assertThat(words(client, Variant.NONE, Role.FRONT)).noneMatch(word -> word.contains("ssl"));
    }
  }

  @Test
  void tlsByHandIsToldToAServerAsItIsUsedTo() {
    assertThat(words(Client.JDK, Variant.NATIVE_UNLIMITED, Role.BACK))
        .contains(
            "--server.ssl.key-store=certificates/payments.p12",
            "--server.ssl.client-auth=need",
            "--server.tomcat.max-keep-alive-requests=-1");
    assertThat(words(Client.WEBCLIENT, Variant.NATIVE, Role.BACK))
        .contains("--server.ssl.key-store=certificates/payments.p12")
        .noneMatch(word -> word.contains("tomcat"));
    assertThat(words(Client.GRPC, Variant.NATIVE, Role.BACK))
        .contains(KEYS + "payments.p12")
        .noneMatch(word -> word.startsWith("--server"));
  }
}

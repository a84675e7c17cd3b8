// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.OwnNetwork;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Ports;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Under STRICT with rules, on every address of this host: what the hooks know opens as it always
 * does, what they do not know is refused with the key that exempts it.
 */
class KnownServersTest {
  @BeforeAll
  static void inANetworkOfItsOwn() throws SocketException {
    OwnNetwork.needed();
  }

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String RULES = "authorization: [{action: ALLOW, to: {paths: [\"/hello\"]}}]";

  @TempDir Path directory;

  private Yaml strict(String more) {
    return Yaml.service("pay")
        .identity(new Pki(directory).issue("pay"))
        .with("inbound: {mtls: STRICT, " + RULES + more + "}\n");
  }

  @ParameterizedTest
  @CsvSource({
    "boot-2.7, 17",
    "boot-3.5, 17",
    "boot-4, 25",
    "boot-4, 27",
    "boot-3.5-jetty, 17",
    "boot-3.5-undertow, 17",
    "reactive, 17"
  })
  void springBootIsSecuredAndOpens(String line, int jdk) throws Exception {
    Service.Builder boot = Service.boot(line, "pay", Jdks.of(jdk)).everywhere();
    try (Service service = boot.agent(strict("")).start()) {
      assertSecured(service, service.port());
      assertThat(service.warnings()).isEmpty();
      assertThat(Http.get(service.url("/hello")).statusCode()).isEqualTo(400);
    }
  }

  @Test
  void itsManagementPortIsSecuredToo() throws Exception {
    int management = Ports.free();
    Service.Builder boot = Service.boot("actuator", "pay", Jdks.own()).everywhere();
    boot.argument("--management.server.port=" + management);
    try (Service service = boot.agent(strict("")).start()) {
      assertSecured(service, service.port());
      assertSecured(service, management);
      assertThat(service.warnings()).isEmpty();
    }
  }

  /** On epoll, where Linux has it: Netty 4.1, whose classes are of Java 6. */
  @Test
  void springWebFluxOnNettyIsLeftAloneWhereItIsExempt() throws Exception {
    Service.Builder exempt = Service.boot("reactive", "pay", Jdks.own()).everywhere();
    exempt.agent(strict(", portLevelMtls: {" + exempt.port() + ": DISABLE}"));
    try (Service service = exempt.start()) {
      assertThat(Http.body(service.url("/hello"))).isEqualTo("hello from netty");
      assertThat(port(service, service.port()).get("treatment").asText())
          .isEqualTo("hooked, DISABLE");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 27})
  void jmxForThisHostOpens(int jdk) throws Exception {
    Service.Builder bare = Service.bare("pay", Jdks.of(jdk)).jvm("-Dcom.sun.management.jmxremote");
    try (Service service = bare.agent(strict("")).start()) {
      assertThat(service.status().get("sockets").get("listening").toString())
          .contains("sun.management.jmxremote.LocalRMIServerSocketFactory", "this host only");
      assertThat(service.warnings()).isEmpty();
    }
  }

  @Test
  void jmxForOthersIsRefusedUnlessItIsExempt() throws Exception {
    int jmx = Ports.free();
    String[] flags = {
      "-Dcom.sun.management.jmxremote.port=" + jmx,
      "-Dcom.sun.management.jmxremote.rmi.port=" + jmx,
      "-Dcom.sun.management.jmxremote.authenticate=false",
      "-Dcom.sun.management.jmxremote.ssl=false"
    };
    Service.Builder bare = Service.bare("pay", Jdks.own()).jvm(flags);
    try (Service service = bare.agent(strict("")).launch()) {
      assertThat(service.program().end(PATIENCE).err())
          .contains("port " + jmx + " does not open: sun.management.jmxremote.")
          .contains("portLevelMtls: {" + jmx + ": DISABLE}");
    }
    Service.Builder exempt = Service.bare("pay", Jdks.own()).jvm(flags);
    exempt.agent(strict(", portLevelMtls: {" + jmx + ": DISABLE}"));
    try (Service service = exempt.start()) {
      assertThat(port(service, jmx).get("treatment").asText()).isEqualTo("exempt by portLevelMtls");
    }
  }

  private static void assertSecured(Service service, int number) {
    assertThat(port(service, number).get("treatment").asText()).isEqualTo("hooked, STRICT");
  }

  private static JsonNode port(Service service, int number) {
    for (JsonNode port : service.status().get("sockets").get("listening")) {
      if (port.get("port").asInt() == number) {
        return port;
      }
    }
    throw new AssertionError("not listed: " + service.status());
  }
}

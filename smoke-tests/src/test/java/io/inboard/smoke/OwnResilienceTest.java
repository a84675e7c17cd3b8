// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that repeats calls, or chooses instances, by itself goes on to do so. */
class OwnResilienceTest {
  @TempDir Path directory;

  @Test
  void aRetryTemplateAroundTheMeshIsNotMultiplied() throws Exception {
    try (FaultyServer broken = new FaultyServer().fault(Faults.status(503));
        Service front =
            Service.apache5("web", Jdks.own())
                .agent(
                    Yaml.service("web")
                        .destinations("- {host: pay, endpoints: [\"" + broken.address() + "\"]}\n"))
                .start()) {
      assertThat(Http.get(front.callUrl("retry-template", "http://pay/1")).statusCode())
          .isEqualTo(502);
      assertThat(broken.count()).as("three times three").isEqualTo(5);
      assertThat(front.status().findPath("outerAttempts").path("spring-retry").asInt())
          .isEqualTo(2);
    }
  }

  /** As Spring Cloud LoadBalancer rewrites the URL. */
  @Test
  void aCallToTheInstanceThatTheApplicationChoseIsSecuredAndGoesElsewhereWhenThatIsGone()
      throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder gone = Service.plain("gone", Jdks.own());
    try (Service back =
            Service.plain("pay", Jdks.own())
                .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"))
                .start();
        Service front =
            Service.apache5("web", Jdks.own())
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            """
                            - host: pay
                              endpoints: ["%s", "%s"]
                              alsoMatches: endpoints
                              tls: {mode: MUTUAL, principals: ["%s"]}
                              unknownClients: REFUSE
                            """
                                .formatted(gone.address(), back.address(), Pki.principal("pay"))))
                .start()) {
      for (String chosen : List.of(back.address(), gone.address())) {
        assertThat(Http.body(front.callUrl("rest-template", "http://" + chosen + "/hello")))
            .isEqualTo("hello from pay");
      }
      assertThat(back.warnings()).as("the back").isEmpty();
      assertThat(front.warnings()).as("the front").isEmpty();
    }
  }
}

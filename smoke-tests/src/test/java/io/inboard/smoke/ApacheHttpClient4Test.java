// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Calls by Apache HttpClient 4. */
class ApacheHttpClient4Test extends ClientStory {
  @Override
  Service.Builder app(String name) {
    return Service.apache4(name, Jdks.own());
  }

  @Override
  List<String> clients() {
    return List.of("apache4", "apache4-minimal");
  }

  @Test
  @Tag("alone")
  void anInstanceThatBreaksAndOneThatIsGoneCostNoGetAndNoPostArrivesTwice() {
    noGetFailsAndNoPostArrivesTwice("apache4");
  }

  /** It connects by classes of its own, past all hooks. */
  @Test
  void aClientOfTheStyleOf42IsNamedOrRefusedWhereMutualTlsIsAskedFor() throws Exception {
    Pki pki = new Pki(directory);
    try (Service back =
        Service.plain("pay", Jdks.own())
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("PERMISSIVE"))
            .start()) {
      for (String treatment : List.of("WARN", "REFUSE")) {
        String destination =
            """
            - host: pay
              endpoints: ["%s"]
              tls: {mode: MUTUAL}
              unknownClients: %s
            """
                .formatted(back.address(), treatment);
        try (Service front =
            app("web")
                .agent(Yaml.service("web").identity(pki.issue("web")).destinations(destination))
                .start()) {
          String answer = Http.get(front.callUrl("apache4-legacy", back.url("/hello"))).body();
          if (treatment.equals("WARN")) {
            assertThat(answer).isEqualTo("hello from pay");
          } else {
            assertThat(answer).contains("no connection to pay", "org.apache.http");
          }
          assertThat(front.warnings())
              .singleElement()
              .asString()
              .contains(" pay", "org.apache.http.conn.scheme.PlainSocketFactory", "no hook knows");
        }
      }
    }
  }

  @Test
  void anErrorInEveryHookIsNotNoticedAndLetsNothingPassInTheClear() throws Exception {
    Pki pki = new Pki(directory);
    try (Service pay = Service.plain("pay", Jdks.own()).start();
        Service free = Service.plain("free", Jdks.own()).start();
        Service front =
            app("web")
                .jvm("-Dinboard.test.fault=*")
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            """
                            - host: "localhost:%s"
                              tls: {mode: MUTUAL}
                            """
                                .formatted(pay.port())))
                .start()) {
      for (String client : clients()) {
        assertThat(Http.body(front.callUrl(client, free.url("/hello"))))
            .isEqualTo("hello from free");
        HttpResponse<String> answer =
            Http.get(front.callUrl(client, "http://localhost:" + pay.port() + "/hello"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
        assertThat(answer.body()).contains("SSLException");
      }
    }
  }
}

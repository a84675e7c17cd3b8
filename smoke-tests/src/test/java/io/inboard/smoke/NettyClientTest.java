// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that an application has built of Netty's codecs. */
class NettyClientTest {
  @TempDir Path directory;

  @Test
  void itsConnectionsAreMutuallySecuredAndItsRequestsTraced() throws Exception {
    Pki pki = new Pki(directory);
    try (Collector collector = Collector.start(directory);
        Service back =
            traced(
                Service.boot("boot-3.5", "pay", Jdks.own()),
                Yaml.traced("pay").identity(pki.issue("pay")).inbound("STRICT"),
                collector);
        Service front =
            traced(
                Service.boot("boot-3.5-webclient", "web", Jdks.own()),
                Yaml.traced("web")
                    .identity(pki.issue("web"))
                    .destinations(
                        """
                        - host: pay
                          endpoints: ["%s"]
                          tls: {mode: MUTUAL, principals: ["%s"]}
                          unknownClients: REFUSE
                        """
                            .formatted(back.address(), Pki.principal("pay"))),
                collector)) {
      assertThat(Http.body(front.callUrl("netty", "http://pay/headers")))
          .contains("URI=" + Pki.spiffe("web"))
          .contains("\"url\":\"http://pay/headers\"");
      List<Collector.Span> trace =
          collector.awaitTrace("the whole way", spans -> spans.size() == 3);
      assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);
      assertThat(trace).extracting(Collector.Span::kind).contains("CLIENT");
      assertThat(front.status().toString()).contains("netty-client", "each with one endpoint");
      assertThat(front.warnings()).isEmpty();
    }
  }

  private static Service traced(Service.Builder builder, Yaml settings, Collector collector) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200").agent(settings).start();
  }
}

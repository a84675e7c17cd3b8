// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jcmd;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Load;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.SettingsServer;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand new versions of the settings while requests run. */
@Tag("alone")
class ReloadUnderLoadTest {
  @TempDir Path directory;

  @Test
  void aThousandReloadsFailNoRequestAndLeakNothing() throws Exception {
    Pki pki = new Pki(directory);
    Path pay = pki.issue("pay");
    Path web = pki.issue("web");
    AtomicInteger version = new AtomicInteger();
    try (Service one = back("one", pay);
        Service two = back("two", pay);
        SettingsServer server =
            SettingsServer.of(() -> settings(web, version.incrementAndGet(), one, two).text());
        Service front =
            Service.boot("boot-3.5", "web", Jdks.own()).agentArgument(server.url()).start()) {
      List<Load> loads =
          List.of(load(front, "url-connection"), load(front, "jdk"), load(front, "jdk-async"));
      long pid = front.program().pid();
      try {
        reloads(server, 150);
        long threads = Jcmd.threads(pid);
        long classes = Jcmd.loadedClasses(pid);
        long ours = Jcmd.instances(pid, "io.inboard.");
        long contexts = Jcmd.instances(pid, "sun.security.ssl.SSLContextImpl");
        reloads(server, 1_000);
        assertThat(Jcmd.threads(pid)).as("threads").isLessThanOrEqualTo(threads + 5);
        assertThat(Jcmd.loadedClasses(pid)).as("classes").isLessThanOrEqualTo(classes + 150);
        assertThat(Jcmd.instances(pid, "io.inboard."))
            .as("objects of ours")
            .isLessThanOrEqualTo(2 * ours + 200);
        assertThat(Jcmd.instances(pid, "sun.security.ssl.SSLContextImpl"))
            .as("TLS contexts")
            .isLessThanOrEqualTo(contexts + 5);
      } finally {
        loads.forEach(Load::stop);
      }
      assertThat(loads)
          .allSatisfy(
              load -> {
                assertThat(load.failures()).isEmpty();
                assertThat(load.succeeded()).isGreaterThan(500);
              });
      assertThat(front.warnings()).isEmpty();
    }
  }

  private static Service back(String name, Path identity) {
    return Service.boot("boot-3.5", name, Jdks.own())
        .agent(Yaml.service("pay").identity(identity).inbound("STRICT"))
        .start();
  }

  private static Load load(Service front, String client) {
    return Load.closed(1, 10, () -> Http.body(front.callUrl(client, "http://pay/hello")));
  }

  private static void reloads(SettingsServer server, int more) {
    int goal = server.handedOut() + more;
    Await.until(more + " reloads", Duration.ofMinutes(6), () -> server.handedOut() >= goal);
  }

  /** Every version differs in something that a call meets: endpoints, timeout, balancer. */
  private static Yaml settings(Path identity, int version, Service one, Service two) {
    String endpoints =
        switch (version % 3) {
          case 0 -> '"' + one.address() + '"';
          case 1 -> '"' + two.address() + '"';
          default -> '"' + one.address() + "\", \"" + two.address() + '"';
        };
    return Yaml.service("web")
        .identity(identity)
        .with("# version " + version + "\n")
        .destinations(
            """
            - host: pay
              endpoints: [%s]
              timeout: %ds
              loadBalancer: {simple: %s}
            """
                .formatted(
                    endpoints,
                    5 + version % 5,
                    version % 2 == 0 ? "ROUND_ROBIN" : "LEAST_REQUEST"));
  }
}

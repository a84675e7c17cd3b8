// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.PAYMENTS;
import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.AgentLoop;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.call.TlsPlan;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.ServerSettings;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
  @TempDir File directory;

  private final DevelopmentCa ca = DevelopmentCa.create();
  private final List<IdentityStatus> told = new ArrayList<>();
  private Instant now = Instant.now();

  private final Clock clock = new MovedClock(() -> now);
  private final Identity identity = new Identity(told::add, clock, 10);

  @Test
  void theWatchGoesOnAfterAnErrorAndCountsIt() throws Exception {
    AgentLoop loop = AgentLoop.named("inboard-identity");
    long before = loop.failures();
    AtomicInteger errors = new AtomicInteger(3);
    BlockingQueue<IdentityStatus> statuses = new LinkedBlockingQueue<>();
    Clock failing =
        new MovedClock(
            () -> {
              if (Thread.currentThread().getName().equals("inboard-identity")
                  && errors.getAndDecrement() > 0) {
                throw new OutOfMemoryError("on purpose");
              }
              return Instant.now();
            });
    DevelopmentCa ca = DevelopmentCa.create();
    ca.issue(WEB).save(directory);
    try (Identity watched = new Identity(statuses::add, failing, 10)) {
      watched.settings(TestPeer.files(directory));
      assertThat(statuses.poll(20, TimeUnit.SECONDS).id()).isPresent();
      watched.watch();
      ca.issue("spiffe://cluster.local/ns/shop/sa/after").save(directory);
      IdentityStatus last = statuses.poll(20, TimeUnit.SECONDS);
      while (!last.id().orElseThrow().toString().endsWith("after")) {
        last = statuses.poll(20, TimeUnit.SECONDS);
      }
    }
    assertThat(errors.get()).isNegative();
    assertThat(loop.failures()).isGreaterThanOrEqualTo(before + 3);
  }

  private void write(String name, String content) throws Exception {
    Path fresh = new File(directory, name + ".fresh").toPath();
    Files.writeString(fresh, content);
    Files.move(fresh, new File(directory, name).toPath(), StandardCopyOption.REPLACE_EXISTING);
  }

  private IdentityStatus last() {
    return told.get(told.size() - 1);
  }

  private void start(DevelopmentCa.Issued issued) throws Exception {
    issued.save(directory);
    identity.settings(TestPeer.files(directory));
  }

  @Test
  void filesAreTakenAtOnce() throws Exception {
    start(ca.issue(WEB));

    KeyMaterial material = identity.current().orElseThrow();
    assertThat(material.id().toString()).isEqualTo(WEB);
    assertThat(material.trustDomain()).isEqualTo("cluster.local");
    assertThat(material.generation()).isEqualTo(1);
    assertThat(told).hasSize(1);
    assertThat(last().id()).contains(material.id());
    assertThat(last().notAfter()).contains(material.notAfter());
    assertThat(last().lastError()).isEmpty();
  }

  @Test
  void theFirstFilesAreReadByTheFirstWhoAsks() throws Exception {
    ca.issue(WEB).save(directory);
    identity.begin(TestPeer.files(directory));
    assertThat(told).as("nobody has asked").isEmpty();

    assertThat(identity.generation()).isPresent();
    assertThat(identity.current().orElseThrow().id().toString()).isEqualTo(WEB);
    assertThat(identity.status().generation()).isEqualTo(1);
    assertThat(told).hasSize(1);
  }

  @Test
  void whyTheFirstFilesCannotBeUsedIsSaidToTheFirstWhoAsks() throws Exception {
    identity.begin(TestPeer.files(directory));

    assertThat(identity.status().lastError().orElseThrow()).contains("does not exist");
    assertThat(identity.generation()).isEmpty();
  }

  @Test
  void otherFilesTakeThePlaceOfTheFirstThoughNobodyHasAsked() throws Exception {
    identity.begin(TestPeer.files(new File(directory, "nowhere")));
    ca.issue(WEB).save(directory);
    identity.settings(TestPeer.files(directory));

    assertThat(identity.current().orElseThrow().id().toString()).isEqualTo(WEB);
    assertThat(last().lastError()).isEmpty();
  }

  @Test
  void filesWrittenOneAfterAnotherAreTakenWhenTheyFit() throws Exception {
    start(ca.issue(WEB));
    DevelopmentCa.Issued next = ca.issue(PAYMENTS);

    write(DevelopmentCa.KEY_FILE, next.keyPem());
    identity.look();
    assertThat(last().lastError()).as("one look is not enough to complain").isEmpty();
    identity.look();
    assertThat(last().lastError().orElseThrow())
        .contains(DevelopmentCa.KEY_FILE)
        .contains("does not match");
    assertThat(last().generation()).isEqualTo(1);
    assertThat(identity.current().orElseThrow().id().toString()).isEqualTo(WEB);

    write(DevelopmentCa.CHAIN_FILE, next.chainPem());
    identity.look();
    assertThat(identity.current().orElseThrow().id().toString())
        .as("a change must be seen twice")
        .isEqualTo(WEB);
    identity.look();

    assertThat(identity.current().orElseThrow().id().toString()).isEqualTo(PAYMENTS);
    assertThat(last().generation()).isEqualTo(2);
    assertThat(last().lastError()).isEmpty();
  }

  @Test
  void aHalfWrittenFileIsNeverUsedWhereverItEnds() throws Exception {
    DevelopmentCa.Issued issued = ca.issue(WEB);
    start(issued);
    for (String name :
        List.of(DevelopmentCa.CHAIN_FILE, DevelopmentCa.KEY_FILE, DevelopmentCa.BUNDLE_FILE)) {
      String whole = Files.readString(new File(directory, name).toPath()).trim();
      for (int length = 0; length < whole.length(); length += 7) {
        write(name, whole.substring(0, length));
        identity.look();
        identity.look();
        assertThat(last().generation()).isEqualTo(1);
        assertThat(last().lastError().orElseThrow()).contains(name).doesNotContain("\n");
      }
      write(name, whole + "\n");
      identity.look();
      assertThat(last().lastError()).as("all is as it was").isEmpty();
    }
    assertThat(identity.current().orElseThrow().generation()).isEqualTo(1);
  }

  @Test
  void aBundleThatIsCutBetweenTwoCertificatesIsNotTakenWhileItGrows() throws Exception {
    String both = ca.bundlePem() + DevelopmentCa.create().bundlePem();
    start(ca.issue(WEB));

    write(DevelopmentCa.BUNDLE_FILE, both.substring(0, both.length() / 2 - 40));
    identity.look();
    write(DevelopmentCa.BUNDLE_FILE, both);
    identity.look();
    identity.look();

    assertThat(last().generation()).isEqualTo(2);
    assertThat(identity.current().orElseThrow().bundles().ownRoots()).hasSize(2);
    assertThat(told).allMatch(status -> status.lastError().isEmpty());
  }

  @Test
  void kubernetesSymbolicLinkSwapIsSeenByTheWatcher() throws Exception {
    Path mount = Files.createDirectory(directory.toPath().resolve("mount"));
    File first = new File(mount.toFile(), "..1");
    File second = new File(mount.toFile(), "..2");
    ca.issue(WEB).save(first);
    ca.issue(PAYMENTS).save(second);
    Files.createSymbolicLink(mount.resolve("..data"), Path.of("..1"));
    for (String name :
        List.of(DevelopmentCa.CHAIN_FILE, DevelopmentCa.KEY_FILE, DevelopmentCa.BUNDLE_FILE)) {
      Files.createSymbolicLink(mount.resolve(name), Path.of("..data/" + name));
    }
    BlockingQueue<IdentityStatus> statuses = new LinkedBlockingQueue<>();
    try (Identity watched = new Identity(statuses::add, Clock.systemUTC(), 10)) {
      watched.settings(TestPeer.files(mount.toFile()));
      watched.watch();
      assertThat(statuses.poll(20, TimeUnit.SECONDS).id().orElseThrow().toString()).isEqualTo(WEB);

      Files.createSymbolicLink(mount.resolve("..tmp"), Path.of("..2"));
      Files.move(mount.resolve("..tmp"), mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

      assertThat(statuses.poll(20, TimeUnit.SECONDS).id().orElseThrow().toString())
          .isEqualTo(PAYMENTS);
    }
  }

  @Test
  void missingFilesAreTakenWhenTheyAppear() throws Exception {
    identity.settings(TestPeer.files(directory));
    assertThat(identity.current()).isEmpty();
    assertThat(last().lastError().orElseThrow())
        .contains(DevelopmentCa.CHAIN_FILE)
        .contains("does not exist");
    assertThatThrownBy(() -> identity.clientPlan(TlsMode.MUTUAL, "payments", List.of()))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("does not exist");

    ca.issue(WEB).save(directory);
    identity.look();
    identity.look();

    assertThat(identity.current()).isPresent();
    assertThat(last().lastError()).isEmpty();
  }

  @Test
  void aProblemIsToldOnceWhileItLasts() throws Exception {
    start(ca.issue(WEB));
    write(DevelopmentCa.CHAIN_FILE, "nothing");
    for (int i = 0; i < 10; i++) {
      identity.look();
    }
    assertThat(told).hasSize(2);
  }

  @Test
  void anExpiredCertificateOfOursIsToldOnceAndRefusedUntilItIsRenewed() throws Exception {
    start(ca.issue(WEB, now.minusSeconds(60), now.plusSeconds(60)));
    identity.clientPlan(TlsMode.MUTUAL, "payments", List.of());

    now = now.plusSeconds(61);
    identity.look();
    identity.look();

    assertThat(told).hasSize(2);
    assertThat(last().lastError().orElseThrow()).contains(WEB).contains("expired at");
    assertThatThrownBy(() -> identity.clientPlan(TlsMode.MUTUAL, "payments", List.of()))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("expired at");
    assertThatThrownBy(() -> inbound(MtlsMode.STRICT).engine(List.of()))
        .isInstanceOf(SSLException.class)
        .satisfies(e -> assertThat(Refusal.of(e)).isEqualTo(Refusal.NO_IDENTITY_OF_OURS));

    ca.issue(WEB).save(directory);
    identity.look();
    identity.look();
    assertThat(last().lastError()).isEmpty();
    identity.clientPlan(TlsMode.MUTUAL, "payments", List.of());
  }

  @Test
  void aCertificateOfTheFutureIsTakenWhenItsTimeComes() throws Exception {
    start(ca.issue(WEB, now.plusSeconds(60), now.plus(Duration.ofDays(1))));
    assertThat(last().lastError().orElseThrow()).contains("not valid before");

    now = now.plusSeconds(61);
    identity.look();

    assertThat(identity.current()).isPresent();
  }

  @Test
  void otherFilesInTheSettingsReplaceTheIdentityAndBadOnesDoNot() throws Exception {
    start(ca.issue(WEB));
    File other = new File(directory, "other");
    identity.settings(TestPeer.files(other));
    assertThat(identity.current().orElseThrow().id().toString()).isEqualTo(WEB);
    assertThat(last().lastError()).isPresent();

    ca.issue(PAYMENTS).save(other);
    identity.look();
    identity.look();
    assertThat(identity.current().orElseThrow().id().toString()).isEqualTo(PAYMENTS);

    identity.settings(IdentitySettings.NONE);
    assertThat(identity.current()).isEmpty();
    assertThat(last()).isEqualTo(IdentityStatus.NONE);
  }

  @Test
  void plansAreTheSameWithinAGenerationAndOthersAfterIt() throws Exception {
    start(ca.issue(WEB));
    TlsPlan plan = identity.clientPlan(TlsMode.MUTUAL, "payments", List.of("a/b"));
    assertThat(identity.clientPlan(TlsMode.MUTUAL, "payments", List.of("a/b"))).isSameAs(plan);
    assertThat(identity.clientPlan(TlsMode.MUTUAL, "payments", List.of())).isNotSameAs(plan);
    assertThat(identity.clientPlan(TlsMode.MUTUAL, "orders", List.of("a/b"))).isNotSameAs(plan);

    ca.issue(WEB).save(directory);
    identity.look();
    identity.look();

    assertThat(identity.clientPlan(TlsMode.MUTUAL, "payments", List.of("a/b"))).isNotSameAs(plan);
  }

  @Test
  void anotherTrustDomainInTheSettingsThanInTheCertificateIsAProblem() throws Exception {
    ca.issue(WEB).save(directory);
    IdentitySettings.InFiles files = TestPeer.files(directory);
    identity.settings(
        new IdentitySettings.InFiles(
            files.certificateChain(), files.privateKey(), files.trustBundle(), "example.org"));
    assertThat(identity.current()).isEmpty();
    assertThat(last().lastError().orElseThrow())
        .contains("cluster.local")
        .contains("example.org")
        .contains("identity.trustDomain");
  }

  private MeshInboundTls inbound(MtlsMode mode) {
    return (MeshInboundTls)
        identity.inboundTls(
            () ->
                new InboundSettings(
                    mode, Map.of(8081, MtlsMode.DISABLE), List.of(), ServerSettings.DEFAULT));
  }

  @Test
  void withoutAnIdentityPermissiveIsPlaintextAndStrictRefusesEverything() throws Exception {
    assertThat(inbound(MtlsMode.PERMISSIVE).mode(8080)).isEqualTo(Mode.DISABLE);
    assertThat(inbound(MtlsMode.STRICT).mode(8080)).isEqualTo(Mode.STRICT);
    assertThatThrownBy(() -> inbound(MtlsMode.STRICT).engine(List.of("h2")))
        .isInstanceOf(SSLException.class)
        .satisfies(e -> assertThat(Refusal.of(e)).isEqualTo(Refusal.NO_IDENTITY_OF_OURS));

    start(ca.issue(WEB));

    assertThat(inbound(MtlsMode.PERMISSIVE).mode(8080)).isEqualTo(Mode.PERMISSIVE);
    assertThat(inbound(MtlsMode.STRICT).mode(8080)).isEqualTo(Mode.STRICT);
    assertThat(inbound(MtlsMode.STRICT).mode(8081)).isEqualTo(Mode.DISABLE);
    assertThat(inbound(MtlsMode.DISABLE).mode(8080)).isEqualTo(Mode.DISABLE);
  }

  @Test
  void theServersContextIsNewAfterAnHour() throws Exception {
    start(ca.issue(WEB, now.minusSeconds(60), now.plus(Duration.ofDays(2))));
    Generation generation = identity.generation().orElseThrow();
    var context = generation.serverContext();
    now = now.plusMillis(Generation.RESUMPTION_MILLIS - 1);
    assertThat(generation.serverContext()).isSameAs(context);
    now = now.plusMillis(1);
    assertThat(generation.serverContext()).isNotSameAs(context);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.time.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that list endpoints, looked at on virtual time: twice in an interval of 2 s. */
final class EndpointFilesTest {
  private static final Duration GRACE = Duration.ofSeconds(30);

  @TempDir Path directory;

  private final VirtualTime time = new VirtualTime();
  private final Names names =
      new Names(
          host -> InetAddress.getAllByName("10.9.9.9"),
          Runnable::run,
          Runnable::run,
          time,
          () -> TimeUnit.SECONDS.toNanos(30));
  private final EndpointFiles files = new EndpointFiles(names, Runnable::run, time, time);
  private final List<Update> updates = new ArrayList<>();
  private Path file;

  @BeforeEach
  void begin() {
    file = directory.resolve("endpoints.yaml");
    files.interval(Duration.ofSeconds(2));
    files.active(true);
    names.active(true);
  }

  private AutoCloseable follow(Duration grace) {
    return files.of(new EndpointSettings.FromFile(file.toString(), grace)).subscribe(updates::add);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  /** So many looks at the file. */
  private void looks(int count) {
    time.pass(count * TimeUnit.SECONDS.toNanos(1));
  }

  private Update last() {
    return updates.get(updates.size() - 1);
  }

  private List<String> addresses() {
    return ((Update.Endpoints) last()).instances().stream().map(Instance::address).toList();
  }

  /** The lists that were told, without what came before the first reading. */
  private List<Update> lists() {
    return updates.stream().filter(u -> u instanceof Update.Endpoints).toList();
  }

  private EndpointFileStatus status() {
    return files.status().get(0);
  }

  @Test
  void whatItListsIsKnownAndAChangeCountsOnceItWasSeenTwice() throws IOException {
    write("[10.0.0.1:80, {address: '10.0.0.2:80', weight: 3, zone: a, draining: true}]");
    follow(GRACE);
    assertThat(((Update.Endpoints) last()).instances())
        .containsExactly(
            new Instance("10.0.0.1", 80), new Instance("10.0.0.2", 80, 3, "a", Map.of(), true));
    write("endpoints: [10.0.0.3:80]");
    looks(1);
    assertThat(addresses()).contains("10.0.0.1:80");
    looks(1);
    assertThat(addresses()).containsExactly("10.0.0.3:80");
    assertThat(status()).isEqualTo(new EndpointFileStatus(file.toString(), 1, false, "", 2, 0));
  }

  @Test
  void aListThatIsStillBeingWrittenIsNotUsed() throws IOException {
    write("- 10.0.0.1:80\n- 10.0.0.2:80\n");
    follow(GRACE);
    write("- 10.0.0.3:80\n");
    looks(1);
    write("- 10.0.0.3:80\n- 10.0.0.4:80\n");
    looks(1);
    write("- 10.0.0.3:80\n- 10.0.0.4:80\n- 10.0.0.5:80\n");
    looks(2);
    assertThat(lists()).hasSize(2);
    assertThat(addresses()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing yet\n", "[10.0.0.9:80", "[10.0.0.9]", "endpoint: []", "7"})
  void nonsenseKeepsTheLastGoodListAndIsStale(String nonsense) throws IOException {
    write("[10.0.0.1:80]");
    follow(GRACE);
    write(nonsense);
    looks(100);
    assertThat(lists()).hasSize(1);
    assertThat(status().stale()).isTrue();
    assertThat(status().lastError()).contains("endpoints.yaml");
    assertThat(status().failures()).isEqualTo(1);
    assertThat(status().endpoints()).isEqualTo(1);
    write("[10.0.0.1:80]");
    looks(2);
    assertThat(status().stale()).isFalse();
    assertThat(lists()).hasSize(1);
  }

  @Test
  void aFileThatIsGoneKeepsItsLastGoodListForWhoComesLaterToo() throws IOException {
    write("[10.0.0.1:80]");
    follow(GRACE);
    Files.delete(file);
    looks(2);
    assertThat(status().lastError()).contains("no such file");
    follow(GRACE); // Another version of the settings.
    assertThat(addresses()).containsExactly("10.0.0.1:80");
  }

  @Test
  void aFileThatWasNeverGoodIsUnknownAndSaysWhy() throws IOException {
    follow(GRACE);
    assertThat(updates.get(0)).isInstanceOf(Update.Unknown.class);
    assertThat(((Update.Unknown) updates.get(0)).pending()).isTrue();
    looks(1);
    assertThat((Update.Unknown) last())
        .satisfies(u -> assertThat(u.pending()).isFalse())
        .satisfies(u -> assertThat(u.why()).contains("endpoints.yaml", "no such file"));
    write("[10.0.0.1:80]");
    looks(2);
    assertThat(addresses()).containsExactly("10.0.0.1:80");
  }

  @Test
  void whatIsBadAtFirstCountsOnceItWasSeenTwiceSinceItMayBeHalfWritten() throws IOException {
    write("[10.0.0.1:80, 10.0.");
    follow(GRACE);
    assertThat(((Update.Unknown) last()).pending()).isTrue();
    assertThat(status().failures()).isZero();
    write("[10.0.0.1:80, 10.0.0.2:80]");
    looks(1);
    assertThat(addresses()).as("still the first that is good").hasSize(2);
    assertThat(status().failures()).isZero();
  }

  @Test
  void aReadingThatIsNotOverAfterTenSecondsIsStale() throws IOException {
    List<Runnable> hung = new ArrayList<>();
    EndpointFiles slow = new EndpointFiles(names, hung::add, time, time);
    slow.active(true);
    write("[10.0.0.1:80]");
    slow.of(new EndpointSettings.FromFile(file.toString(), GRACE)).subscribe(updates::add);
    looks(10);
    assertThat(slow.status().get(0).stale()).isFalse();
    looks(1);
    assertThat(slow.status().get(0).stale()).isTrue();
    assertThat(slow.status().get(0).lastError()).contains("endpoints.yaml", "not over after 10 s");
    hung.remove(0).run();
    assertThat(slow.status().get(0))
        .isEqualTo(new EndpointFileStatus(file.toString(), 1, false, "", 1, 0));
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void threeThatHangHoldUpNoOther() throws Exception {
    EndpointFiles real = EndpointFiles.ofTheJvm(names, (task, delay) -> () -> {}, time);
    real.active(true);
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    for (int i = 0; i < 3; i++) {
      Path hung = Files.writeString(directory.resolve("hung" + i), "[10.0.0.1:80]");
      real.of(new EndpointSettings.FromFile(hung.toString(), GRACE))
          .subscribe(update -> awaitIfKnown(update, over));
    }
    write("[10.0.0.2:80]");
    real.of(new EndpointSettings.FromFile(file.toString(), GRACE))
        .subscribe(
            update -> {
              if (update instanceof Update.Endpoints) {
                told.countDown();
              }
            });
    try {
      told.await();
    } finally {
      over.countDown();
    }
  }

  /** On the thread that reads: it stays away as long as one whose disk does not answer. */
  private static void awaitIfKnown(Update update, CountDownLatch over) {
    if (update instanceof Update.Endpoints) {
      try {
        over.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void anEmptyListAfterAFullOneCountsAfterItsGrace() throws IOException {
    write("[10.0.0.1:80]");
    follow(GRACE);
    write("[]");
    looks(2 + 29);
    assertThat(addresses()).containsExactly("10.0.0.1:80");
    looks(1);
    assertThat(addresses()).isEmpty();
    write("[10.0.0.2:80]");
    looks(2);
    assertThat(addresses()).containsExactly("10.0.0.2:80");
  }

  @Test
  void anEmptyListThatFillsWithinItsGraceWasNeverEmpty() throws IOException {
    write("[10.0.0.1:80]");
    follow(GRACE);
    for (int i = 0; i < 5; i++) {
      write("[]");
      looks(20);
      write("[10.0.0.1:80]");
      looks(20);
    }
    assertThat(lists()).hasSize(1);
  }

  @Test
  void anEmptyListIsEmptyAtOnceWithoutGraceAndAtTheStart() throws IOException {
    write("[]");
    follow(GRACE);
    assertThat(addresses()).isEmpty();
    write("[10.0.0.1:80]");
    looks(2);
    write("[]");
    follow(Duration.ZERO);
    updates.clear();
    looks(2);
    assertThat(addresses()).isEmpty();
  }

  @Test
  void namesInItAreResolvedAndForgottenWithTheirEntries() throws Exception {
    write("[node.shop:80]");
    AutoCloseable subscription = follow(GRACE);
    assertThat(addresses()).containsExactly("10.9.9.9:80");
    write("[10.0.0.1:80]");
    looks(2);
    assertThat(addresses()).containsExactly("10.0.0.1:80");
    assertThat(names.status()).isEmpty();
    write("[node.shop:80]");
    looks(2);
    subscription.close();
    assertThat(names.status()).isEmpty();
    assertThat(files.status()).isEmpty();
  }

  @Test
  void nobodyReadsWhatNobodyFollowsOrWhileSwitchedOff() throws Exception {
    files.active(false);
    write("[10.0.0.1:80]");
    AutoCloseable subscription = follow(GRACE);
    looks(10);
    assertThat(((Update.Unknown) last()).pending()).isTrue();
    files.active(true);
    assertThat(addresses()).containsExactly("10.0.0.1:80");
    subscription.close();
    looks(2);
    names.active(false);
    time.pass(TimeUnit.MINUTES.toNanos(1));
    assertThat(time.waiting()).isZero();
    write("[10.0.0.2:80]");
    follow(GRACE);
    assertThat(addresses()).containsExactly("10.0.0.2:80");
  }

  @Test
  void aSubscriberThatThrowsIsToldAgain() throws IOException {
    write("[10.0.0.1:80]");
    boolean[] broken = {true};
    files
        .of(new EndpointSettings.FromFile(file.toString(), GRACE))
        .subscribe(
            update -> {
              if (broken[0] && update instanceof Update.Endpoints) {
                throw new IllegalStateException("a bug of ours");
              }
              updates.add(update);
            });
    broken[0] = false;
    looks(1);
    assertThat(addresses()).containsExactly("10.0.0.1:80");
  }
}

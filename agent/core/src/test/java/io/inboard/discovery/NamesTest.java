// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.Instance;
import io.inboard.time.VirtualTime;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NamesTest {
  private final VirtualTime time = new VirtualTime();
  private final Map<String, List<String>> dns = new HashMap<>();

  /** Of all names, in order. */
  private final List<String> asked = new ArrayList<>();

  /** Thrown in place of an answer; null: there is one. */
  private Error failure;

  private final Names names =
      new Names(
          this::resolve, Runnable::run, Runnable::run, time, () -> TimeUnit.SECONDS.toNanos(30));

  private final List<Update> updates = new ArrayList<>();

  private InetAddress[] resolve(String host) throws UnknownHostException {
    asked.add(host);
    if (failure != null) {
      throw failure;
    }
    List<String> texts = dns.get(host);
    if (texts == null) {
      throw new UnknownHostException(host);
    }
    InetAddress[] all = new InetAddress[texts.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = InetAddress.getByName(texts.get(i));
    }
    return all;
  }

  private AutoCloseable subscribe(Instance... listed) {
    return new ListedSource(List.of(listed), names).subscribe(updates::add);
  }

  private List<String> last() {
    return ((Update.Endpoints) updates.get(updates.size() - 1))
        .instances().stream().map(i -> i.address() + "*" + i.weight()).sorted().toList();
  }

  @Test
  void addressesAreThereAtOnceAndAskNobody() {
    subscribe(new Instance("10.0.0.1", 80), new Instance("10.0.0.1", 80), new Instance("::1", 81));
    assertThat(last()).containsExactly("10.0.0.1:80*2", "[::1]:81*1");
    assertThat(time.waiting()).isZero();
    names.active(true);
    assertThat(asked).isEmpty();
  }

  @Test
  void aNameStandsForAllItsAddressesEachWithItsWeight() {
    dns.put("node", List.of("10.0.0.1", "10.0.0.2"));
    names.active(true);
    subscribe(new Instance("node", 80).weighing(3), new Instance("10.0.0.2", 80));
    assertThat(last()).containsExactly("10.0.0.1:80*3", "10.0.0.2:80*4");
  }

  @Test
  void ofTwoFamiliesTheFirstCounts() {
    dns.put("node", List.of("::1", "127.0.0.1", "::2"));
    names.active(true);
    subscribe(new Instance("node", 80));
    assertThat(last()).hasSize(2).allSatisfy(a -> assertThat(a).startsWith("["));
  }

  @Test
  void nothingIsAskedBeforeItMayBeAndOneAnswerServesAll() {
    dns.put("node", List.of("10.0.0.1"));
    subscribe(new Instance("node", 80));
    subscribe(new Instance("node", 81));
    assertThat(updates)
        .hasSize(2)
        .allSatisfy(u -> assertThat(((Update.Unknown) u).pending()).isTrue());
    names.active(true);
    assertThat(asked).containsExactly("node");
    assertThat(updates).hasSize(4);
  }

  @Test
  void anotherOrderIsNoChange() {
    dns.put("node", List.of("10.0.0.1", "10.0.0.2"));
    names.active(true);
    subscribe(new Instance("node", 80));
    dns.put("node", List.of("10.0.0.2", "10.0.0.1"));
    time.passMillis(30_000);
    assertThat(asked).hasSize(2);
    assertThat(updates).hasSize(1);
  }

  @Test
  void whoThrowsAtAnUpdateGetsItAgainAndTheNextOnesToo() {
    dns.put("node", List.of("10.0.0.1"));
    names.active(true);
    List<Throwable> thrown = new ArrayList<>(List.of(new StackOverflowError()));
    new ListedSource(List.of(new Instance("node", 80)), names)
        .subscribe(
            update -> {
              if (!thrown.isEmpty()) {
                throw (Error) thrown.remove(0);
              }
              updates.add(update);
            });
    time.passMillis(30_000);
    assertThat(last()).containsExactly("10.0.0.1:80*1");
    thrown.add(new NoClassDefFoundError());
    dns.put("node", List.of("10.0.0.2"));
    time.passMillis(60_000);
    dns.put("node", List.of("10.0.0.3"));
    time.passMillis(60_000);
    assertThat(updates).hasSize(3);
    assertThat(last()).containsExactly("10.0.0.3:80*1");
  }

  @Test
  void anErrorWhileAskingIsAFailureLikeOthers() {
    failure = new StackOverflowError();
    names.active(true);
    subscribe(new Instance("node", 80));
    assertThat(((Update.Unknown) updates.get(updates.size() - 1)).pending()).isFalse();
    assertThat(names.status().get(0).failures()).isEqualTo(1);
    assertThat(names.status().get(0).lastError()).contains("StackOverflowError");
    failure = null;
    dns.put("node", List.of("10.0.0.1"));
    time.passMillis(1_000);
    assertThat(last()).containsExactly("10.0.0.1:80*1");
  }

  @Test
  void aFailureIsTriedAgainSoonAndThenLessOften() {
    names.active(true);
    subscribe(new Instance("node", 80));
    Update.Unknown unknown = (Update.Unknown) updates.get(updates.size() - 1);
    assertThat(unknown.pending()).isFalse();
    assertThat(unknown.why()).contains("node", "unknown");
    time.passMillis(7_000);
    assertThat(asked).hasSize(4); // At once, after 1 s, 2 s and 4 s more.
    time.passMillis(600_000);
    assertThat(asked).hasSizeBetween(20, 30); // Every 32 s at last.
    dns.put("node", List.of("10.0.0.1"));
    time.passMillis(32_000);
    assertThat(last()).containsExactly("10.0.0.1:80*1");
  }

  @Test
  void whoHasUnsubscribedHearsNothingAndTheNameIsForgotten() throws Exception {
    dns.put("node", List.of("10.0.0.1"));
    names.active(true);
    AutoCloseable subscription = subscribe(new Instance("node", 80));
    subscription.close();
    subscription.close();
    dns.put("node", List.of("10.0.0.2"));
    time.passMillis(120_000);
    assertThat(asked).hasSize(1);
    assertThat(updates).hasSize(1);
    assertThat(names.status()).isEmpty();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void aNameThatIsAskedForIsRenewedAsLongAsItIsUsed() {
    dns.put("host", List.of("10.0.0.1"));
    names.active(true);
    assertThat(names.ask("host").addresses()).containsExactly("10.0.0.1");
    time.passMillis(30_000);
    assertThat(asked).hasSize(2);
    assertThat(names.ask("host").pending()).isFalse();
    time.passMillis(600_000);
    assertThat(asked).hasSize(3);
    assertThat(names.status()).isEmpty();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void hostsThatAnApplicationMakesUpDoNotFillTheMemory() {
    names.active(true);
    for (int i = 0; i < 10_000; i++) {
      names.ask("host-" + i);
    }
    assertThat(names.status()).hasSizeLessThanOrEqualTo(1024);
  }

  @Test
  void hostsThatAnApplicationMakesUpTakeNoThreadOfThoseThatAreListed() {
    List<Runnable> asking = new ArrayList<>();
    Names own =
        new Names(
            this::resolve, Runnable::run, asking::add, time, () -> TimeUnit.SECONDS.toNanos(30));
    dns.put("node", List.of("10.0.0.1"));
    own.active(true);
    own.ask("slow");
    new ListedSource(List.of(new Instance("node", 80)), own).subscribe(updates::add);
    assertThat(last()).containsExactly("10.0.0.1:80*1");
    time.passMillis(30_000);
    assertThat(asked).containsExactly("node", "node");
    assertThat(asking).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      value = {"null, 30", "-1, 30", "0, 5", "3, 5", "10, 10", "300, 30", "soon, 30"},
      nullValues = "null")
  void theTimeToLiveFollowsTheJdksUpToABound(String property, long seconds) {
    assertThat(TimeToLive.seconds(property)).isEqualTo(seconds);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.instrumentation.jdkhttpserver.Handshakes.Handshake;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long the threads of an executor may wait in handshakes, on a clock of the test's own. */
final class HandshakesTest {
  private static final int MOST = 10_000;

  private final AtomicLong now = new AtomicLong(7);
  private final ExecutorService eight = Executors.newFixedThreadPool(8);
  private final Handshakes handshakes = new Handshakes(eight, now::get);

  @AfterEach
  void stop() {
    eight.shutdown();
  }

  @Test
  void halfOfTheThreadsMayWaitAsLongAsSettingsSay() throws Exception {
    List<Handshake> four = begin(4);
    pass(MOST - 1);
    assertThat(four).allSatisfy(h -> assertThat(h.millisToWait()).isPositive());
    pass(1);
    assertThat(four).allSatisfy(h -> assertThat(h.millisToWait()).isZero());
  }

  @Test
  void moreThanHalfOfThemMayWaitTwoSecondsAlsoThoseThatWaitAlready() throws Exception {
    List<Handshake> four = begin(4);
    pass(Handshakes.HURRIED_MILLIS);
    assertThat(four).allSatisfy(h -> assertThat(h.millisToWait()).isPositive());
    Handshake fifth = begin(5).get(4);
    assertThat(four).allSatisfy(h -> assertThat(h.millisToWait()).isZero());
    assertThat(fifth.millisToWait()).isPositive();
    four.forEach(Handshake::close);
    fifth.close();
    assertThat(handshakes.underWay()).isEqualTo(4);
  }

  @Test
  void ofOneAddressHalfOfTheThreadsMayBeKeptWaiting() throws Exception {
    InetAddress peer = address(1);
    List<Handshake> eightOfOne = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      eightOfOne.add(handshakes.begin(peer, MOST));
    }
    assertThat(eightOfOne).allSatisfy(h -> assertThat(h.millisToWait()).isPositive());
    for (Handshake handshake : eightOfOne) {
      handshake.waited(Handshakes.SLOW_NANOS);
    }
    assertThat(eightOfOne.stream().filter(h -> h.millisToWait() > 0)).hasSize(4);
    assertThat(handshakes.begin(peer, MOST).isRefused()).isTrue();
    assertThat(handshakes.begin(address(2), MOST).isRefused()).isFalse();
    eightOfOne.forEach(Handshake::close);
    assertThat(handshakes.begin(peer, MOST).isRefused()).isFalse();
    assertThat(handshakes.remembers(peer)).isFalse();
  }

  @Test
  void peersWhoAnswerAtOnceAreNeverRefusedHoweverManyComeTogether() throws Exception {
    InetAddress peer = address(1);
    for (int i = 0; i < 100; i++) {
      Handshake handshake = handshakes.begin(peer, MOST);
      assertThat(handshake.isRefused()).isFalse();
      handshake.waited(Handshakes.SLOW_NANOS - 1);
      assertThat(handshake.millisToWait()).isPositive();
    }
  }

  @Test
  void anExecutorTellsHowManyThreadsItHas() {
    List<ExecutorService> executors =
        List.of(
            Executors.newSingleThreadExecutor(),
            Executors.newCachedThreadPool(),
            Executors.newWorkStealingPool(3));
    assertThat(executors.stream().map(Handshakes::threads))
        .containsExactly(1, Integer.MAX_VALUE, 3);
    executors.forEach(ExecutorService::shutdown);
    assertThat(Handshakes.threads(eight)).isEqualTo(8);
    assertThat(Handshakes.threads(Runnable::run)).isEqualTo(8);
  }

  /** Each from an address of its own. */
  private List<Handshake> begin(int count) throws UnknownHostException {
    List<Handshake> begun = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      begun.add(handshakes.begin(address(i), MOST));
    }
    return begun;
  }

  private static InetAddress address(int last) throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }

  private void pass(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Verdict;
import io.inboard.settings.RateLimitSettings;
import io.inboard.settings.RateLimitSettings.Per;
import io.inboard.settings.RateLimitSettings.Unit;
import io.inboard.settings.ServerSettings;
import io.inboard.time.VirtualTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RateLimitTest {
  private static final Arrival ORDER = Arrival.of("/orders");
  private static final String KEY = "x-api-key";

  private final VirtualTime time = new VirtualTime();
  private final RateLimit limit = new RateLimit(time);

  @Test
  void nothingIsRefusedUnlessSettingsSaySo() {
    limit.apply(ServerSettings.DEFAULT);
    assertThat(taken(ORDER, 1000)).isEqualTo(1000);
    assertThat(limit.status().limit()).isEmpty();
  }

  @Test
  void soManyMayComeAtOnceAndThenAsFastAsTheyComeBack() {
    apply(10, Unit.SECOND, Per.ALL, "");
    assertThat(taken(ORDER, 50)).isEqualTo(10);
    time.passMillis(100);
    assertThat(taken(ORDER, 50)).isEqualTo(1);
    time.passMillis(250);
    assertThat(taken(ORDER, 50)).isEqualTo(2);
    time.passMillis(3_600_000);
    assertThat(taken(ORDER, 50)).as("no more than a bucket holds").isEqualTo(10);
    assertThat(limit.status().refused()).isEqualTo(50 * 4 - 23);
  }

  @Test
  void theRefusalSaysInWholeSecondsWhenARequestWillBeTaken() {
    apply(2, Unit.MINUTE, Per.ALL, "");
    assertThat(taken(ORDER, 2)).isEqualTo(2);
    assertThat(refusal(ORDER).retryAfterSeconds()).isEqualTo(30);
    time.passMillis(29_001);
    assertThat(refusal(ORDER).retryAfterSeconds()).as("rounded up").isEqualTo(1);
    time.passMillis(999);
    assertThat(limit.judge(ORDER)).isEqualTo(Verdict.ALLOW);
    assertThat(refusal(ORDER).reason()).isEqualTo("rate limit: 2 per MINUTE");
  }

  @Test
  void callersAreToldApartByAHeaderAndThoseWithoutItShareOneBucket() {
    apply(3, Unit.HOUR, Per.HEADER, KEY);
    assertThat(taken(ORDER.header(KEY, "a"), 5)).isEqualTo(3);
    assertThat(taken(ORDER.header(KEY, " a "), 5)).as("the same").isZero();
    assertThat(taken(ORDER.header(KEY, "b"), 5)).isEqualTo(3);
    assertThat(taken(ORDER, 5)).isEqualTo(3);
    assertThat(taken(ORDER.header(KEY, ""), 5)).as("as without").isZero();
    assertThat(refusal(ORDER).reason())
        .isEqualTo(
            "rate limit: 3 per HOUR for each value of x-api-key, and those without it, or with"
                + " several, share one");
  }

  /** The application may read any of them: a second one is no way around the limit of the first. */
  @Test
  void whoSendsTheHeaderTwiceHasTheLimitOfThoseWithout() {
    apply(3, Unit.HOUR, Per.HEADER, KEY);
    assertThat(taken(ORDER.header(KEY, "a", "b"), 2)).isEqualTo(2);
    assertThat(taken(ORDER.header(KEY, "a", "c"), 2)).isEqualTo(1);
    assertThat(taken(ORDER.header(KEY, "a", "a"), 2)).isZero();
    assertThat(taken(ORDER, 2)).isZero();
    assertThat(taken(ORDER.header(KEY, "a"), 5)).isEqualTo(3);
  }

  @Test
  void callersAreToldApartByPrincipal() {
    apply(1, Unit.SECOND, Per.PRINCIPAL, "");
    assertThat(taken(ORDER.from("cluster.local/ns/shop/sa/web"), 5)).isEqualTo(1);
    assertThat(taken(ORDER.from("cluster.local/ns/shop/sa/app"), 5)).isEqualTo(1);
    assertThat(taken(ORDER, 5)).isEqualTo(1);
  }

  @Test
  void bySourceAndExemptPathsAreNeverRefused() {
    apply(1, Unit.SECOND, Per.SOURCE, "");
    assertThat(taken(ORDER, 5)).isEqualTo(1);
    assertThat(taken(Arrival.of("/health"), 5)).isEqualTo(5);
  }

  @Test
  void whoIsAtTheLimitStaysSoWhenTheRateChanges() {
    apply(5, Unit.HOUR, Per.ALL, "");
    assertThat(taken(ORDER, 9)).isEqualTo(5);
    apply(5, Unit.MINUTE, Per.ALL, "");
    assertThat(taken(ORDER, 9)).isZero();
    time.passMillis(12_000);
    assertThat(taken(ORDER, 9)).as("at the new rate").isEqualTo(1);
    limit.apply(ServerSettings.DEFAULT);
    assertThat(taken(ORDER, 9)).isEqualTo(9);
  }

  /** An attacker makes up keys: nobody who is at its limit is let in by that. */
  @Test
  void aFloodOfKeysFreesNobody() {
    apply(3, Unit.HOUR, Per.HEADER, KEY);
    assertThat(taken(ORDER.header(KEY, "greedy"), 4)).isEqualTo(3);
    for (int i = 0; i < 4 * TokenBuckets.MOST; i++) {
      limit.judge(ORDER.header(KEY, "made up " + i));
    }
    assertThat(taken(ORDER.header(KEY, "greedy"), 4)).isZero();
  }

  @Test
  void aTableHasSoManyPlacesAndNoMore() {
    TokenBuckets few = new TokenBuckets(TokenBuckets.WAYS, new SipHash(1, 2));
    for (int i = 0; i < TokenBuckets.WAYS; i++) {
      assertThat(few.take("key " + i, 0, 1, 1000)).isZero();
    }
    assertThat(few.take("key 0", 0, 1, 1000)).as("still known").isEqualTo(1000);
    assertThat(few.take("another", 500, 1, 1000)).isZero();
    assertThat(few.take("key 1", 500, 1, 1000)).as("still known").isEqualTo(500);
    assertThat(few.take("key 0", 500, 1, 1000)).as("gave its place").isZero();
  }

  /** The test vectors of the paper are of bytes; a character is two, the lower one first. */
  @Test
  void theHashIsSipHash24() {
    SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 14; i += 2) {
      text.append((char) (i | (i + 1) << 8));
    }
    assertThat(hash.of("")).isEqualTo(0x726fdb47dd0e0e31L);
    assertThat(hash.of(text.toString())).as("14 bytes").isEqualTo(0xf723ca908e7af2eeL);
  }

  private void apply(int requests, Unit unit, Per per, String header) {
    ServerSettings d = ServerSettings.DEFAULT;
    limit.apply(
        new ServerSettings(
            d.adaptive(),
            d.maxConcurrent(),
            d.maxQueueTime(),
            d.dropExpired(),
            List.of("/health"),
            Optional.of(new RateLimitSettings(requests, unit, per, header))));
  }

  private int taken(Arrival request, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += limit.judge(request) == Verdict.ALLOW ? 1 : 0;
    }
    return taken;
  }

  private Verdict.Deny refusal(Arrival request) {
    Verdict verdict = limit.judge(request);
    assertThat(verdict)
        .isInstanceOfSatisfying(Verdict.Deny.class, d -> assertThat(d.status()).isEqualTo(429));
    return (Verdict.Deny) verdict;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import io.inboard.call.CallerTerms;
import io.inboard.call.InboundRequest;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.settings.DeadlineSettings.Trust;
import io.inboard.time.Clock;
import io.inboard.time.HeaderDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * What callers say of a request in its headers: how long they wait, and whether they ask again.
 * Safe for use by any thread.
 *
 * <p>A time is relative, so that clocks need not agree, and runs from the arrival of the request.
 * It is believed of peers that proved an identity of our trust domain, unless the settings trust
 * anybody; a time that cannot be read counts as none. Any caller is believed that its request is a
 * retry, since it can only switch off our own retries for that request.
 */
public final class Deadlines {
  private static final String ATTEMPTS = "x-envoy-attempt-count";

  /** By these an application shortens its own calls, as Envoy's documentation has them. */
  private static final List<String> OVERRIDES =
      List.of("x-envoy-upstream-rq-timeout-ms", "x-envoy-upstream-rq-per-try-timeout-ms");

  private static final String GRPC = "grpc-timeout";

  private static final long NONE = -1;

  private final Clock clock;
  private final LongAdder untrusted = new LongAdder();
  private final LongAdder malformed = new LongAdder();

  public Deadlines(Clock clock) {
    this.clock = clock;
  }

  /** The terms of a request that arrived. */
  public CallerTerms read(InboundRequest request, DeadlineSettings settings) {
    long deadline = deadline(request, settings);
    return new CallerTerms(
        deadline,
        deadline != CallerTerms.NO_DEADLINE && settings.mode() == Mode.ENFORCE,
        repetition(request),
        request.remoteAddress());
  }

  /**
   * The headers by which a peer that is not believed could shorten the calls of an application that
   * copies them, as gateways do; instances that then seem too slow would be ejected. Envoy removes
   * them where requests come in from outside. gRPC's own stays: without Inboard, too, its server
   * obeys everybody.
   */
  public static List<String> unbelieved(DeadlineSettings settings) {
    if (settings.trust() != Trust.MESH) {
      return List.of();
    }
    List<String> names = new ArrayList<>(OVERRIDES);
    settings.headers().stream().filter(name -> !name.equals(GRPC)).forEach(names::add);
    return List.copyOf(names);
  }

  /** Deadlines that were ignored, because their sender is not known. */
  public long untrusted() {
    return untrusted.sum();
  }

  /** Deadlines that could not be read: garbage, zero, negative, too large, said twice. */
  public long malformed() {
    return malformed.sum();
  }

  private long deadline(InboundRequest request, DeadlineSettings settings) {
    if (settings.mode() == Mode.OFF) {
      return CallerTerms.NO_DEADLINE;
    }
    List<String> names = settings.headers();
    // By index: an iterator would be an object for each request.
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      List<String> values = request.headers(name);
      if (values.isEmpty()) {
        continue;
      }
      if (settings.trust() == Trust.MESH && request.peer().isEmpty()) {
        untrusted.increment();
        return CallerTerms.NO_DEADLINE;
      }
      long nanos = values.size() == 1 ? HeaderDuration.nanos(name, values.get(0).trim()) : NONE;
      if (nanos == NONE) {
        malformed.increment();
        return CallerTerms.NO_DEADLINE;
      }
      long at = clock.nanos() - Math.max(0, request.queuedNanos()) + nanos;
      return at == CallerTerms.NO_DEADLINE ? at - 1 : at;
    }
    return CallerTerms.NO_DEADLINE;
  }

  private static boolean repetition(InboundRequest request) {
    List<String> values = request.headers(ATTEMPTS);
    if (values.isEmpty()) {
      return false;
    }
    String count = values.get(0).trim();
    return count.length() <= 9
        && count.chars().allMatch(c -> c >= '0' && c <= '9')
        && !count.isEmpty()
        && Integer.parseInt(count) > 1;
  }
}

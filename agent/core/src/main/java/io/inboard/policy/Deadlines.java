// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.CallerTerms;
import io.inboard.call.InboundRequest;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.settings.DeadlineSettings.Trust;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What callers say of a request in its headers: how long they wait, and whether they ask again.
 * Safe for use by any thread.
 *
 * <p>A time is relative, so that clocks need not agree, and runs from the arrival of the request.
 * It is believed of peers that proved an identity of our trust domain, unless the settings trust
 * anybody; a time that cannot be read is as good as none. That a request is a repetition is
 * believed of anybody, since it can only switch off our own retries for that request.
 */
public final class Deadlines {
  private static final String GRPC = "grpc-timeout";
  private static final String ATTEMPTS = "x-envoy-attempt-count";

  /** More is a mistake, or a way to say "never". */
  private static final long MOST_NANOS = TimeUnit.DAYS.toNanos(365);

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
        source(request.remote()));
  }

  /** Deadlines that were not believed, because nobody known has sent them. */
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
    for (String name : settings.headers()) {
      List<String> values = request.headers(name);
      if (values.isEmpty()) {
        continue;
      }
      if (settings.trust() == Trust.MESH && request.peer().isEmpty()) {
        untrusted.increment();
        return CallerTerms.NO_DEADLINE;
      }
      long nanos = values.size() == 1 ? nanos(name, values.get(0).trim()) : NONE;
      if (nanos == NONE) {
        malformed.increment();
        return CallerTerms.NO_DEADLINE;
      }
      long at = clock.nanos() - Math.max(0, request.queuedNanos()) + nanos;
      return at == CallerTerms.NO_DEADLINE ? at - 1 : at;
    }
    return CallerTerms.NO_DEADLINE;
  }

  /**
   * A time as its header writes it: gRPC's with its unit in one letter; others in milliseconds, or
   * with the unit that Linkerd demands ({@code 500ms}, {@code 2s}). Negative when it cannot be
   * read.
   */
  static long nanos(String header, String value) {
    int digits = 0;
    while (digits < value.length() && value.charAt(digits) >= '0' && value.charAt(digits) <= '9') {
      digits++;
    }
    // gRPC allows eight digits, and Envoy's milliseconds for a year have eleven.
    if (digits == 0 || digits > (header.equals(GRPC) ? 8 : 11)) {
      return NONE;
    }
    String letters = value.substring(digits);
    long unit = header.equals(GRPC) ? grpcUnit(letters) : unit(letters);
    long number = Long.parseLong(value.substring(0, digits));
    return number == 0 || unit == NONE || number > MOST_NANOS / unit ? NONE : number * unit;
  }

  /** Of https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. */
  private static long grpcUnit(String letter) {
    return switch (letter) {
      case "H" -> TimeUnit.HOURS.toNanos(1);
      case "M" -> TimeUnit.MINUTES.toNanos(1);
      case "S" -> TimeUnit.SECONDS.toNanos(1);
      case "m" -> TimeUnit.MILLISECONDS.toNanos(1);
      case "u" -> TimeUnit.MICROSECONDS.toNanos(1);
      case "n" -> 1;
      default -> NONE;
    };
  }

  private static long unit(String letters) {
    return switch (letters) {
      case "", "ms" -> TimeUnit.MILLISECONDS.toNanos(1);
      case "s" -> TimeUnit.SECONDS.toNanos(1);
      case "m" -> TimeUnit.MINUTES.toNanos(1);
      case "h" -> TimeUnit.HOURS.toNanos(1);
      case "d" -> TimeUnit.DAYS.toNanos(1);
      default -> NONE;
    };
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

  private static String source(InetSocketAddress remote) {
    return remote == null || remote.getAddress() == null
        ? ""
        : remote.getAddress().getHostAddress();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.time;

import java.util.concurrent.TimeUnit;

/** Durations as callers and applications write them into headers. */
public final class HeaderDuration {
  private static final String GRPC = "grpc-timeout";

  /** More is a mistake, or a way to say "never". */
  private static final long MOST_NANOS = TimeUnit.DAYS.toNanos(365);

  private static final long NONE = -1;

  private HeaderDuration() {}

  /**
   * A time as its header writes it: gRPC's with its unit in one letter; others in milliseconds, or
   * with the unit that Linkerd demands ({@code 500ms}, {@code 2s}).
   *
   * @param header the header's name, lower case: it decides the format
   * @return nanoseconds, more than 0; negative when it cannot be read
   */
  public static long nanos(String header, String value) {
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
}

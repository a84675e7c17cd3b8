// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Step;

/**
 * What became of an attempt in the two letters of Envoy's access log (%RESPONSE_FLAGS%), which
 * people know. NR (no route) never occurs: what matches no destination is passed through.
 */
final class ResponseFlags {
  /** The retry limit is reached, or the budget is spent. */
  static final String EXHAUSTED = "URX";

  /** Delayed on purpose. */
  static final String DELAY_INJECTED = "DI";

  /** Answered on purpose. */
  static final String FAULT_INJECTED = "FI";

  private ResponseFlags() {}

  /** The flag of an outcome's word; empty if there is none. */
  static String of(String outcome) {
    return switch (outcome) {
      case "connect-failure", "untrusted" -> "UF";
      case "reset-before-request", "reset-before-response", "response-broken" -> "UC";
      case "refused-stream" -> "UR";
      case "per-try-timeout", "timeout", "library-timeout" -> "UT";
      case "abandoned" -> "DC";
      default -> "";
    };
  }

  /** The flag of a refusal. */
  static String of(Step.Reason reason) {
    return switch (reason) {
      case TIMEOUT -> "UT";
      case CIRCUIT_OPEN, OVERFLOW -> "UO";
      case THROTTLED -> "RL";
      case NO_ENDPOINT -> "UH";
      case UNTRUSTED -> "UF";
    };
  }

  /** Joins two, each of which may be empty. */
  static String join(String one, String other) {
    return one.isEmpty() ? other : other.isEmpty() ? one : one + "," + other;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

/** Why an endpoint was taken out; RATIONALE.md, Ejection. */
public enum EjectionReason {
  /** Answers with 5xx, or of the statuses that the settings name, in a row. */
  CONSECUTIVE_5XX,
  /** Answers with 502, 503 or 504 in a row. */
  CONSECUTIVE_GATEWAY_ERRORS,
  /** Failures without an answer in a row. */
  CONSECUTIVE_LOCAL_ORIGIN_FAILURES,
  /** It failed too many of its attempts. */
  FAILURE_PERCENTAGE,
  /** It succeeds far less often than its siblings. */
  SUCCESS_RATE,
  /** It failed its probe after an ejection. */
  FAILED_PROBE
}

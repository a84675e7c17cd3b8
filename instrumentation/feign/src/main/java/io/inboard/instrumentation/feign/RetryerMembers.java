// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign;

import static io.inboard.weave.Member.field;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** How Feign's own {@code Retryer} was made. */
final class RetryerMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** What is there since 13; {@code Retryer.Default} extends it, without fields. */
  private static final Settings NEWER =
      new Settings(HANDLES.inVersionsWith("feign.DefaultRetryer"));

  /** Before; no witness, since it has no fields in newer versions. */
  private static final Settings OLDER = new Settings(HANDLES.inIfThere("feign.Retryer$Default"));

  private RetryerMembers() {}

  /**
   * Whether Feign takes it when nothing is said: {@code Retryer.Default()} calls up to five times,
   * with waits of 100 ms to 1 s between (feign.Retryer.Default, feign.DefaultRetryer). Feign clones
   * it for each call, so nothing but these three tells who made it.
   */
  static boolean isFeignsOwn(Object retryer) {
    Class<?> type = retryer.getClass();
    return switch (type.getName()) {
      case "feign.DefaultRetryer" -> NEWER.areDefaults(retryer);
      case "feign.Retryer$Default" ->
          (type.getSuperclass() == Object.class ? OLDER : NEWER).areDefaults(retryer);
      // The application's own, which extends Feign's.
      default -> false;
    };
  }

  private record Settings(Handles.Field attempts, Handles.Field period, Handles.Field maxPeriod) {
    Settings(Handles.Owner retryer) {
      this(
          retryer.reach(field("maxAttempts", "int")),
          retryer.reach(field("period", "long")),
          retryer.reach(field("maxPeriod", "long")));
    }

    boolean areDefaults(Object retryer) {
      return (int) attempts.get(retryer) == 5
          && (long) period.get(retryer) == 100
          && (long) maxPeriod.get(retryer) == 1000;
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class JsonTest {
  private record Sample(int limit, long bound, int count, Optional<Long> left, Instant at) {}

  @Test
  void noLimitIsNullAndInstantsHaveNoNanoseconds() {
    Sample sample =
        new Sample(
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            3,
            Optional.empty(),
            Instant.parse("2026-11-21T13:29:04.123456789Z"));
    assertThat(Json.of(Map.of("all", List.of(sample))))
        .isEqualTo(
            "{\"all\":[{\"limit\":null,\"bound\":null,\"count\":3,\"left\":null,"
                + "\"at\":\"2026-11-21T13:29:04Z\"}]}");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a",
        "/a/",
        "/a.b/..c",
        "/.well-known/x",
        "/a/...",
        "/a@b:c,d=e",
        "/~u",
        "/a%20b",
        "/caf%C3%A9",
        "/%E2%82%AC",
        "/%F0%9F%98%80%C3%A9/x",
        "/%ED%9F%BF%EE%80%80%F4%8F%BF%BF"
      })
  void aPlainPathHasOneReading(String path) {
    assertThat(RequestPath.readings(path)).containsExactly(path);
    assertThat(RequestPath.isNormal(path)).isTrue();
    assertThat(RequestPath.normalize(path)).contains(path);
  }

  /** What comes first is the path as it came. */
  @ParameterizedTest
  @CsvSource({
    "/a//b,/a//b /a/b",
    "/a/./b,/a/./b /a/b",
    "/a/b/..,/a/b/.. /a/ /a",
    "//h/a,//h/a /h/a /a",
    "/a/../b,/a/../b /b",
    "/a;p/b,/a;p/b /a/b",
    "/a%40b,/a@b",
    "/caf%c3%a9,/caf%C3%A9",
    "/%61,/%61 /a",
    "/a/..;/b,/a/..;/b /a/../b /b",
    "/a;p/../b,/a;p/../b /a/../b /b",
    "/a//../b,/a//../b /a/../b /a/b /b",
    "/a/%2e%2e/b,/a/%2E%2E/b /a/../b /b",
    "/a\\..\\b,/a\\..\\b /a/../b /b"
  })
  void everyWayOfCleaningAPathGivesAReading(String raw, String readings) {
    assertThat(RequestPath.readings(raw)).containsExactlyInAnyOrder(readings.split(" "));
    assertThat(RequestPath.readings(raw).get(0)).isEqualTo(readings.split(" ")[0]);
    assertThat(RequestPath.readings(raw)).contains(RequestPath.normalize(raw).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "a",
        "\\a",
        "http://h/a",
        "h:443",
        "/a%2fb",
        "/a%5Cb",
        "/a%25b",
        "/a%3Bb",
        "/%00",
        // No UTF-8: longer than need be, alone, cut off, surrogates, beyond Unicode, Latin-1.
        "/%c0%ae%c0%ae/a",
        "/%C0%AF",
        "/%c1%81",
        "/%e0%80%af",
        "/%e0%9f%bf",
        "/%f0%80%80%af",
        "/%80",
        "/a%c3",
        "/%c3/%a9",
        "/%c3a9",
        "/%e2%82",
        "/%f0%9f%98/x",
        "/%ed%a0%80",
        "/%f4%90%80%80",
        "/%f8%88%80%80%80",
        "/%ff",
        "/caf%e9",
        "/%",
        "/%4",
        "/%zz",
        "/\u00e9",
        "/a b",
        "/a\u007f",
        "/%\uff11\uff11",
        "/..",
        "/a/../..",
        "/a;/..;/..",
        "/a//../.."
      })
  void whatNobodyCanReadForSureHasNone(String raw) {
    assertThat(RequestPath.readings(raw)).isEmpty();
    assertThat(RequestPath.normalize(raw)).isEmpty();
    assertThat(RequestPath.isNormal(raw)).isFalse();
  }

  @Test
  void manyReadingsAreMadeInBoundedTime() {
    String part = "/a;b//%61/./\\..\\x/..;/";
    assertThat(RequestPath.readings(part.repeat(300))).hasSizeLessThan(65);
    assertThat(RequestPath.normalize(part)).contains("/a/");
  }

  /** Eight kilobytes, as much as servers take, must not cost what a hundred requests do. */
  @Test
  void theReadingsOfALongPathAreBoundedTogether() {
    String part = "/%61;a//./x/../";
    assertThat(RequestPath.readings(part)).hasSizeGreaterThan(10);
    assertThat(RequestPath.readings(part.repeat(500))).as("refused").isEmpty();
    String plain = "/" + "a".repeat(8_000);
    assertThat(RequestPath.readings(plain)).containsExactly(plain);
    assertThat(RequestPath.readings(plain + "%20")).containsExactly(plain + "%20");
  }

  /** Tried one way after the other, this would take longer than the test has. */
  @Test
  @Timeout(60)
  void manyWildcardsAreMatchedInBoundedTime() {
    PathPatterns patterns = new PathPatterns(List.of("/**/a/**/a/**/a/**/a/**/a/**/b"));
    assertThat(patterns.matches("/a".repeat(2_000))).isFalse();
    assertThat(patterns.matches("/a".repeat(2_000) + "/b")).isTrue();
    assertThat(patterns.matches("/a/a/a/a/b")).isFalse();
    assertThat(patterns.matches("/a/a/a/a/a/b")).isTrue();
  }

  @Test
  void onlyANormalPathIsExempt() {
    PathPatterns patterns = new PathPatterns(List.of("/health/**", "/caf%C3%A9"));
    assertThat(patterns.matches("/health/live")).isTrue();
    assertThat(patterns.matches("/caf%C3%A9")).isTrue();
    for (String other :
        List.of(
            "/health/../orders",
            "/health/..;/orders",
            "/health/%2e%2e/orders",
            "/health//../orders",
            "/health/%6cive",
            "/health;a/live",
            "/health\\..\\orders",
            "/health/x%2f..%2f..%2forders",
            "/caf\u00e9",
            "/caf%c3%a9")) {
      assertThat(patterns.matches(other)).as(other).isFalse();
    }
  }
}

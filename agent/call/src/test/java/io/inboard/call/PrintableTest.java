// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  @ParameterizedTest
  @CsvSource({
    "http://host/a, http://host/a",
    "http://host, http://host",
    "https://host:8443/a/b.yaml, https://host:8443/a/b.yaml",
    "http://[::1]:4318/v1/traces, http://[::1]:4318/v1/traces",
    "http://me:hunter2@host/a, http://***@host/a",
    "http://me@host, http://***@host",
    "http://host/a?token=hunter2, http://host/a?***",
    "http://host?token=hunter2, http://host?***",
    "http://host/a#hunter2, http://host/a",
    "http://host/a#x?hunter2, http://host/a",
    "http://me:hunter2@host:4318/v1?k=hunter2#x, http://***@host:4318/v1?***",
    "http://***@host/a?***, http://***@host/a?***",
    "//me:hunter2@host/a, //***@host/a",
    "me:hunter2@host:4317, ***@host:4317",
    "host:4317, host:4317",
    "https:/me:hunter2@host/a?k=hunter2, ***@host/a?***",
    "http:me:hunt/er2@host/a, ***@host/a",
    "http:///me:hunter2@host/a, http:///***@host/a",
    "////me:hunter2@host/a, ////***@host/a",
    "file:///etc/a.yaml, file:///etc/a.yaml",
    "/home/me@work/a.yaml, /home/me@work/a.yaml",
    "spiffe://cluster.local/ns/shop/sa/web, spiffe://cluster.local/ns/shop/sa/web",
    "'', ''",
    "http://, http://",
  })
  void aUrlIsShownWithoutUserInfoAndQuery(String raw, String shown) {
    assertThat(Printable.url(raw)).isEqualTo(shown);
  }

  /** Nobody encoded what stands in the password; or a message was cut. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://me:hunt/er2@host/a",
        "http://me:hunt?er2@host/a",
        "http://me:hunt#er2@host/a",
        "http://me:h/u?n#t@er2@host/a",
        "http://me:hunter2",
        "http://me:hunt/er2",
      })
  void whatIsNoValidUrlShowsTooLittleRatherThanTooMuch(String raw) {
    assertThat(Printable.url(raw)).doesNotContain("hunt").doesNotContain("er2").startsWith("http");
  }

  @Test
  void urlsWithinTextAreShownInTheSameWay() {
    assertThat(
            Printable.urlsIn(
                "unexpected url: \"http://me:hunter2@a/b?c=hunter2\" (see https://b/?x=1), or"
                    + " http://c/d."))
        .isEqualTo("unexpected url: \"http://***@a/b?***\" (see https://b/?***), or http://c/d.");
    assertThat(Printable.urlsIn("http://a/b?c: refused")).isEqualTo("http://a/b?***: refused");
    assertThat(Printable.urlsIn("http://ahttp://me:hunter2@b/")).doesNotContain("hunter2");
    assertThat(Printable.urlsIn("://")).isEqualTo("://");
    String nothing = "a line without one";
    assertThat(Printable.urlsIn(nothing)).isSameAs(nothing);
  }

  @ParameterizedTest
  @ValueSource(
      chars = {
        '\u0000', '\n', '\r', '\t', '\u001b', '\u007f', '\u0080', '\u009b', '\u2028', '\u2029',
        '\u202a', '\u202e', '\u2066', '\u2069', '\u200e', '\u200f'
      })
  void whatStartsLinesMovesTheCursorOrTurnsTextRoundIsEscaped(char c) {
    assertThat(Printable.text("a" + c + "b")).isEqualTo(String.format("a\\u%04xb", (int) c));
  }

  @Test
  void otherTextIsLeftAlone() {
    String text = "Zürich ~ 東京 \u00a0 \ud83d\ude00";
    assertThat(Printable.text(text)).isSameAs(text);
  }

  @Test
  void longTextIsCut() {
    assertThat(Printable.text("abc", 3)).isEqualTo("abc");
    assertThat(Printable.text("abcd", 3)).isEqualTo("abc...");
    assertThat(Printable.text("ab\u001bd", 3)).isEqualTo("ab\\u001b...");
  }
}

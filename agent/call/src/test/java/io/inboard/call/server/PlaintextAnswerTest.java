// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.server.PlaintextAnswer.Looks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlaintextAnswerTest {
  @Test
  void onlyWhatBeginsLikeARequestLineIsHttp() {
    for (String http :
        new String[] {
          "GET /", "OPTIONS *", "M-SEARCH *", "PRI * HTTP/2.0", "GET http://a/", "CONNECT a:1"
        }) {
      assertThat(PlaintextAnswer.looks(bytes(http))).as(http).isEqualTo(Looks.HTTP);
    }
    for (String perhaps : new String[] {"G", "GET", "GET ", "BASELINE-CONTROL"}) {
      assertThat(PlaintextAnswer.looks(bytes(perhaps))).as(perhaps).isEqualTo(Looks.PERHAPS);
    }
    for (String foreign :
        new String[] {
          "\u0000",
          "get / HTTP/1.1",
          "GET/",
          "SSH-2.0-x",
          "A B",
          "EHLO mail",
          "PROXY TCP4 ::",
          "A".repeat(40)
        }) {
      assertThat(PlaintextAnswer.looks(bytes(foreign))).as(foreign).isEqualTo(Looks.FOREIGN);
    }
  }

  @Test
  void theAnswerIsWholeHttpAndNamesNoRule() {
    String answer = text(PlaintextAnswer.to(bytes("GET / HTTP/1.1\r\n")));
    String[] parts = answer.split("\r\n\r\n", 2);
    assertThat(parts[0])
        .startsWith("HTTP/1.1 400 Bad Request\r\n")
        .contains("\r\nConnection: close")
        .contains("\r\nContent-Type: text/plain")
        .contains("\r\nContent-Length: " + parts[1].length());
    assertThat(parts[1]).contains("mutual TLS only");
    assertThat(text(PlaintextAnswer.to(bytes("HEAD / HTTP/1.1\r\n")))).endsWith("\r\n\r\n");
  }

  @Test
  void aRequestEndsWithItsHeadOrItsBody() {
    assertThat(ended("GET / HTTP/1.1\r\nHost: a\r\n")).isFalse();
    assertThat(ended("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).isTrue();
    assertThat(ended("POST / HTTP/1.1\r\ncontent-LENGTH: 3\r\n\r\nab")).isFalse();
    assertThat(ended("POST / HTTP/1.1\r\ncontent-LENGTH: 3\r\n\r\nab", "c")).isTrue();
    assertThat(ended("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")).isFalse();
    assertThat(ended("POST / HTTP/1.1\r\nContent-Length: no\r\n\r\n")).isFalse();
    assertThat(ended("x".repeat(PlaintextAnswer.MOST_BYTES))).isTrue();
  }

  private static boolean ended(String... parts) {
    PlaintextAnswer answer = new PlaintextAnswer();
    for (String part : parts) {
      answer.take(bytes(part));
    }
    return answer.ended();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.US_ASCII.decode(bytes).toString();
  }
}

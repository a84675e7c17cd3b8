// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseReaderTest {
  private static final String CHUNKED =
      "HTTP/1.1 200 \r\ntransfer-Encoding: Chunked\r\n\r\n"
          + "5;name=value\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nTrailer: x\r\n\r\n";

  private final ResponseReader reader = new ResponseReader();

  @BeforeEach
  void aRequestWasSent() {
    reader.reset();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nX: content-length: 9\r\nContent-Length: 5\r\nY: y\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nCONTENT-LENGTH:0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        CHUNKED,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      })
  void anAnswerEndsWhereItEndsHoweverItComesInPieces(String answer) {
    byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);
    for (int piece = 1; piece <= bytes.length; piece++) {
      reader.reset();
      for (int at = 0; at < bytes.length; at += piece) {
        byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece));
        assertThat(reader.read(part, part.length)).isEqualTo(at + piece >= bytes.length);
      }
      assertThat(reader.status()).isEqualTo(200);
      assertThat(reader.closesConnection()).isFalse();
    }
  }

  @Test
  void theServerSaysThatItCloses() {
    assertThat(read("HTTP/1.1 503 No\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n")).isTrue();
    assertThat(reader.status()).isEqualTo(503);
    assertThat(reader.closesConnection()).isTrue();
  }

  @Test
  void http10ClosesUnlessItSaysOtherwise() {
    assertThat(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")).isTrue();
    assertThat(reader.closesConnection()).isTrue();
    reader.reset();
    read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
    assertThat(reader.closesConnection()).isFalse();
  }

  @Test
  void withoutALengthTheAnswerEndsWithTheConnection() {
    assertThat(read("HTTP/1.1 200 OK\r\n\r\nhello")).isFalse();
    assertThat(reader.closed()).isTrue();
    assertThat(reader.closesConnection()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        ""
      })
  void anAnswerCutShortIsNotWhole(String answer) {
    assertThat(read(answer)).isFalse();
    assertThat(reader.closed()).isFalse();
  }

  @Test
  void whatIsNoAnswerOrMoreThanOneIsRefused() {
    assertThatThrownBy(() -> read("SSH-2.0-OpenSSH_9.2\r\n"))
        .hasMessageContaining("no HTTP/1.1 answer: SSH-2.0");
    reader.reset();
    assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab"))
        .hasMessageContaining("bytes after the answer");
    reader.reset();
    assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"))
        .hasMessageContaining("not a number");
  }

  private boolean read(String answer) {
    byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);
    return reader.read(bytes, bytes.length);
  }
}

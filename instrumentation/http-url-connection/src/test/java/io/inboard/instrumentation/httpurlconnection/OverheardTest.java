// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small bodies, shown to a mesh that wants them, when the application has read them whole. */
final class OverheardTest extends ClientHarness {
  private static final Answer CHUNKED =
      c ->
          c.write(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + "3\r\nans\r\n7\r\nwer 200\r\n0\r\n\r\n");

  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  /** How an application reads. */
  enum Reading {
    ALL {
      @Override
      void read(InputStream in) throws IOException {
        in.readAllBytes();
      }
    },
    BY_THE_BYTE {
      @Override
      @SuppressWarnings("StatementWithEmptyBody")
      void read(InputStream in) throws IOException {
        while (in.read() >= 0) {}
      }
    },
    SKIPPING {
      @Override
      void read(InputStream in) throws IOException {
        in.skipNBytes(9);
        in.readAllBytes();
      }
    },
    EXACTLY_THEN_CLOSING {
      @Override
      void read(InputStream in) throws IOException {
        in.readNBytes(10);
        in.close();
      }
    };

    abstract void read(InputStream in) throws IOException;
  }

  private Steps read(TestServer server, int wanted, Reader reader) throws IOException {
    Steps call = new Steps(Steps.send(plain(server))).wanting(wanted).serve();
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    reader.read(connection.getInputStream());
    return call;
  }

  @FunctionalInterface
  private interface Reader {
    void read(InputStream in) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void aBodyIsShownOnceItWasReadToItsEndAndBeforeTheCallIsDone(Reading reading) throws Exception {
    List<Answer> answers = new ArrayList<>(List.of(Answer.OK));
    if (reading != Reading.EXACTLY_THEN_CLOSING) {
      answers.add(CHUNKED);
    }
    for (Answer answer : answers) {
      Steps call = read(plainServer().answering(answer), 10, reading::read);
      assertThat(call.body()).contains("answer 200".getBytes(StandardCharsets.US_ASCII));
      assertThat(call.heard()).containsExactly("200", "body");
      assertThat(call.doneCount()).isEqualTo(1);
    }
  }

  @Test
  void aBodyThatIsTooLargeIsNotShown() throws Exception {
    for (Answer answer : List.of(Answer.OK, CHUNKED)) {
      Steps call = read(plainServer().answering(answer), 9, InputStream::readAllBytes);
      assertThat(call.body()).isEmpty();
      assertThat(call.doneCount()).isEqualTo(1);
    }
  }

  @Test
  void aBodyThatWasNotReadToItsEndIsNotShown() throws Exception {
    for (Answer answer : List.of(Answer.OK, CHUNKED)) {
      Steps call =
          read(
              plainServer().answering(answer),
              100,
              in -> {
                in.readNBytes(3);
                in.close();
              });
      assertThat(call.body()).isEmpty();
      assertThat(call.doneCount()).isEqualTo(1);
    }
  }

  @Test
  void aBodyThatIsCutShortIsNotShown() throws Exception {
    Steps call =
        read(
            plainServer().answering(Answer.TRUNCATED),
            100,
            in -> {
              try (in) {
                in.readAllBytes();
              } catch (IOException e) {
                // Some JDKs say so, some do not.
              }
            });
    assertThat(call.body()).isEmpty();
  }

  @Test
  void aBodyThatTheApplicationReadsTwiceIsNotShown() throws Exception {
    // Only a stream that ends with its connection can go back.
    Answer untilClosed =
        c -> {
          c.write("HTTP/1.1 200 OK\r\n\r\nanswer 200");
          c.close();
        };
    Steps call =
        read(
            plainServer().answering(untilClosed),
            100,
            in -> {
              in.mark(100);
              in.readNBytes(4);
              in.reset();
              assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
                  .isEqualTo("answer 200");
            });
    assertThat(call.body()).isEmpty();
    assertThat(call.doneCount()).isEqualTo(1);
  }

  @Test
  void anEmptyBodyIsABody() throws Exception {
    Steps call =
        read(plainServer().answering(Answer.status(200, "")), 100, InputStream::readAllBytes);
    assertThat(call.body()).contains(new byte[0]);
    assertThat(call.doneCount()).isEqualTo(1);
  }
}

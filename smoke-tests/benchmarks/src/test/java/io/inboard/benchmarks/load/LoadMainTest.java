// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadMainTest {

  @Test
  void badOrdersAreAnsweredAndTheNextOneIsCarriedOut() throws IOException {
    try (StubServer server = new StubServer(request -> StubServer.HELLO)) {
      String good =
          """
          {"mode":"open","url":"%s","rate":100,"connections":2,"seconds":0.1}"""
              .formatted(server.url());
      List<String> answers =
          served(
              "hello",
              "",
              good.replace("\"open\"", "\"closed\""),
              good.replace("100", "0"),
              good.replace("}", ",\"colour\":1}"),
              good.replace("http:", "https:"),
              good);
      assertThat(answers).hasSize(6);
      assertThat(answers.get(0)).startsWith("{\"error\":\"bad order: ");
      assertThat(answers.get(1)).contains("bad order: a closed loop has no rate");
      assertThat(answers.get(2)).contains("bad order: an open loop needs a rate");
      assertThat(answers.get(3)).contains("bad order: ").contains("colour");
      assertThat(answers.get(4)).contains("bad order: url must begin with http://");
      assertThat(answers.get(5)).startsWith("{\"requests\":10,\"errors\":0,");
    }
  }

  private static List<String> served(String... orders) throws IOException {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    LoadMain.serve(
        new BufferedReader(new StringReader(String.join("\n", orders))),
        new PrintStream(answers, true, StandardCharsets.UTF_8));
    return answers.toString(StandardCharsets.UTF_8).lines().toList();
  }
}

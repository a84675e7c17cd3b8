// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exceptions of failed calls as the application logs them, with and without us. */
final class StackTest extends JdkHarness {
  enum Trouble {
    REFUSED,
    TIMEOUT,
    RESET,
    UNKNOWN_HOST,
    TLS
  }

  /** As many as an attempt takes from the JDK's code to the JDK's code. */
  private static final int FEW = 8;

  @ParameterizedTest
  @EnumSource
  void errorsAreTheLibrarysWithFewFramesOfOursThatBearOurName(Trouble trouble) throws Exception {
    for (boolean async : new boolean[] {false, true}) {
      Throwable with = error(trouble, async, true);
      assertThat(said(with, trouble)).isEqualTo(said(error(trouble, async, false), trouble));
      for (Throwable e = with; e != null; e = e.getCause()) {
        List<String> frames =
            Arrays.stream(e.getStackTrace())
                .map(StackTraceElement::getClassName)
                .takeWhile(name -> !name.equals(StackTest.class.getName()))
                .toList();
        assertThat(frames)
            .filteredOn(name -> name.startsWith("io.inboard."))
            .hasSizeLessThanOrEqualTo(FEW);
        assertThat(frames)
            .allMatch(
                name -> name.matches("(java[.]|jdk[.]internal[.]net|sun[.]|io[.]inboard[.]).*"))
            .noneMatch(name -> name.startsWith("java.lang.invoke."));
      }
    }
  }

  /** Types and messages. What is under a timeout is the JDK's race with its own cancellation. */
  private static List<String> said(Throwable error, Trouble trouble) {
    List<String> said = new ArrayList<>();
    for (Throwable e = error; e != null; e = e.getCause()) {
      said.add(e.getClass().getName() + ": " + e.getMessage());
    }
    return trouble == Trouble.TIMEOUT ? said.subList(0, 1) : said;
  }

  private Throwable error(Trouble trouble, boolean async, boolean meshed) throws Exception {
    InetSocketAddress refusing = refusing();
    TestServer server = closing(TestServer.plain());
    server.answering(
        switch (trouble) {
          case TIMEOUT -> Answer.HANG;
          case RESET -> Answer.RESET;
          default -> Answer.OK;
        });
    InetSocketAddress address =
        switch (trouble) {
          case REFUSED -> refusing;
          case UNKNOWN_HOST -> InetSocketAddress.createUnresolved("nowhere.invalid", 80);
          default -> server.address();
        };
    String scheme = trouble == Trouble.TLS ? "https" : "http";
    mesh.script(
        meshed
            ? Script.to(new TestEndpoint(address, "key", Optional.empty()))
            : Script.untouchedCall());
    String host = trouble == Trouble.UNKNOWN_HOST ? "nowhere.invalid" : "127.0.0.1";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(scheme + "://" + host + ":" + address.getPort() + "/"))
            .timeout(Duration.ofSeconds(trouble == Trouble.TIMEOUT ? 2 : 20))
            .POST(BodyPublishers.ofString("body"))
            .build();
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try {
      if (async) {
        http.sendAsync(request, BodyHandlers.ofString()).get(20, TimeUnit.SECONDS);
      } else {
        http.send(request, BodyHandlers.ofString());
      }
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (Exception e) {
      return e;
    }
    throw new AssertionError("no error");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exceptions of failed calls as the application logs them, with and without us. */
final class StackTest extends ClientHarness {
  enum Trouble {
    REFUSED,
    TIMEOUT,
    RESET,
    UNKNOWN_HOST,
    TLS
  }

  /** As many as an attempt takes from the JDK's code to the JDK's code. */
  private static final int FEW = 8;

  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the class itself");
  }

  @ParameterizedTest
  @EnumSource
  void errorsAreTheLibrarysWithFewFramesOfOursThatBearOurName(Trouble trouble) throws Exception {
    Throwable with = error(trouble, true);
    assertThat(said(with)).isEqualTo(said(error(trouble, false)));
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
          .allMatch(name -> name.matches("(java[.]|jdk[.]internal[.]|sun[.]|io[.]inboard[.]).*"))
          .noneMatch(name -> name.startsWith("java.lang.invoke."));
    }
  }

  private static List<String> said(Throwable error) {
    List<String> said = new ArrayList<>();
    for (Throwable e = error; e != null; e = e.getCause()) {
      said.add(e.getClass().getName() + ": " + e.getMessage());
    }
    return said;
  }

  private Throwable error(Trouble trouble, boolean meshed) throws Exception {
    InetSocketAddress refusing = refusing();
    TestServer server = plainServer();
    Answer answer =
        switch (trouble) {
          case TIMEOUT -> Answer.HANG;
          case RESET -> Answer.RESET;
          default -> Answer.OK;
        };
    server.answering(answer, answer); // The JDK alone sends a second time.
    InetSocketAddress address =
        switch (trouble) {
          case REFUSED -> refusing;
          case UNKNOWN_HOST -> InetSocketAddress.createUnresolved("nowhere.invalid", 80);
          default -> server.address();
        };
    mesh.script(
        meshed
            ? Script.to(new TestEndpoint(address, "key", Optional.empty()))
            : Script.untouchedCall());
    String scheme = trouble == Trouble.TLS ? "https" : "http";
    String host = trouble == Trouble.UNKNOWN_HOST ? "nowhere.invalid" : "127.0.0.1";
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create(scheme + "://" + host + ":" + address.getPort() + "/")
                .toURL()
                .openConnection();
    connection.setReadTimeout(700);
    connection.setDoOutput(true);
    try {
      connection.getOutputStream().write(1);
      connection.getInputStream().close();
    } catch (IOException e) {
      return e;
    }
    throw new AssertionError("no error");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exceptions of failed calls as the application logs them, with and without us. */
public abstract class StackContract extends ClientHarness {
  /** What goes wrong. */
  protected enum Trouble {
    REFUSED,
    TIMEOUT,
    RESET,
    UNKNOWN_HOST,
    TLS
  }

  /** As many as an attempt takes from the library's code to the library's code. */
  private static final int FEW = 8;

  /** Frames of the JDK and of the library, from the error to the application. */
  protected abstract String libraryFrames();

  /**
   * Makes a call with a body that cannot succeed.
   *
   * @param trouble a TIMEOUT is the application's own, and comes soon
   * @return what the library throws
   */
  protected abstract Throwable error(String url, Trouble trouble) throws Exception;

  @ParameterizedTest
  @EnumSource
  void errorsAreTheLibrarysWithFewFramesOfOursThatBearOurName(Trouble trouble) throws Exception {
    Throwable with = error(trouble, true);
    assertThat(said(with, trouble)).isEqualTo(said(error(trouble, false), trouble));
    for (Throwable e = with; e != null; e = e.getCause()) {
      List<String> frames =
          Arrays.stream(e.getStackTrace())
              .map(StackTraceElement::getClassName)
              .takeWhile(name -> !name.equals(getClass().getName()))
              .toList();
      assertThat(frames)
          .filteredOn(name -> name.startsWith("io.inboard."))
          .hasSizeLessThanOrEqualTo(FEW);
      assertThat(frames)
          .allMatch(name -> name.matches("(" + libraryFrames() + "|io[.]inboard[.]).*"))
          .noneMatch(name -> name.startsWith("java.lang.invoke."));
    }
  }

  /** A message without what differs from one error to the next, such as numbers of objects. */
  protected String sameEachTime(String message) {
    return message;
  }

  /** Types and messages; a library may have two timers for one timeout, which say it each. */
  private List<String> said(Throwable error, Trouble trouble) {
    List<String> said = new ArrayList<>();
    for (Throwable e = error; e != null; e = e.getCause()) {
      String message = String.valueOf(e.getMessage()).replaceAll(":[0-9]+", ":PORT");
      // The JDK says more of a name that it has not just looked up in vain.
      said.add(
          e.getClass().getName()
              + ": "
              + sameEachTime(message.replaceFirst("(nowhere.invalid): .*", "$1")));
    }
    return trouble == Trouble.TIMEOUT ? List.of(error.getClass().getName()) : said;
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
    return error(scheme + "://" + host + ":" + address.getPort() + "/", trouble);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.WeakIdentityMap;
import io.inboard.weave.Advice;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.HttpChannel;

/**
 * The head of a request that came to Jetty 12 by TLS of ours, as it would be without us: "https" is
 * what Jetty makes of the TLS, or what a client of HTTP/2 says because of it. Corrected before
 * Jetty's customizers see it, so that what a proxy says of the scheme in front of it counts as it
 * does by plaintext. So does a target of HTTP/1 that says https itself (RFC 9112 section 3.2.2).
 */
final class SilentHead extends MetaData.Request {
  private static final String HTTPS = "https";

  /**
   * By connection, whose requests follow each other: that the target of the one under way says
   * https. The head does not tell it from what Jetty has filled in.
   */
  private static final WeakIdentityMap<Object, Boolean> SAYS_HTTPS = new WeakIdentityMap<>();

  private final MetaData.Request sent;

  private SilentHead(MetaData.Request sent) {
    super(
        sent.getBeginNanoTime(),
        sent.getMethod(),
        HttpURI.build(sent.getHttpURI()).scheme("http").asImmutable(),
        sent.getHttpVersion(),
        sent.getHttpFields(),
        sent.getContentLength(),
        sent.getTrailersSupplier());
    this.sent = sent;
  }

  @Override
  public String getProtocol() {
    return sent.getProtocol();
  }

  @Override
  public boolean is100ContinueExpected() {
    return sent.is100ContinueExpected();
  }

  /** Where the head of every version of HTTP becomes a request. */
  static final class Arrive {
    private Arrive() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static MetaData.Request enter(
        @Advice.This HttpChannel channel, @Advice.Argument(0) MetaData.Request head) {
      Connection connection = channel.getConnectionMetaData().getConnection();
      return HTTPS.equals(head.getHttpURI().getScheme())
              && Below.of(connection).connection().isPresent()
              && SAYS_HTTPS.remove(connection) == null
          ? new SilentHead(head)
          : null;
    }
  }

  /** {@code HttpStreamOverHTTP1}'s constructor: the line of a request was read. */
  static final class Target {
    private Target() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Argument(0) Object connection, @Advice.Argument(2) String target) {
      if (target != null && target.regionMatches(true, 0, HTTPS + ':', 0, HTTPS.length() + 1)) {
        SAYS_HTTPS.put(connection, true);
      } else if (!SAYS_HTTPS.isEmpty()) {
        // Of a request before, whose head nobody has asked.
        SAYS_HTTPS.remove(connection);
      }
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.weave.Advice;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpChannel;

/**
 * The head of a request that came to Jetty 12 by TLS of ours, as it would be without us: "https" is
 * what Jetty makes of the TLS, or what a client of HTTP/2 says because of it. Corrected before
 * Jetty's customizers see it, so that what a proxy says of the scheme in front of it counts as it
 * does by plaintext.
 */
final class SilentHead extends MetaData.Request {
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
      return "https".equals(head.getHttpURI().getScheme())
              && Below.of(channel.getConnectionMetaData().getConnection()).connection().isPresent()
          ? new SilentHead(head)
          : null;
    }
  }
}

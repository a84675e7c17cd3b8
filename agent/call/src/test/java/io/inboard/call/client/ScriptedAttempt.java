// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** An attempt that goes nowhere, and notes what an adapter tells it. */
final class ScriptedAttempt implements Attempt {
  private final int number;
  private final long hedgeAfter;
  final List<String> versions = new ArrayList<>();
  Runnable abort;

  ScriptedAttempt(int number, long hedgeAfter) {
    this.number = number;
    this.hedgeAfter = hedgeAfter;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public Optional<Endpoint> endpoint() {
    return Optional.empty();
  }

  @Override
  public boolean meshRetries() {
    return true;
  }

  @Override
  public void writeHeaders(HeaderSink headers) {}

  @Override
  public long connectTimeoutNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public long timeoutNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public long hedgeAfterNanos() {
    return hedgeAfter;
  }

  @Override
  public void onTimeout(Runnable abort) {
    this.abort = abort;
  }

  @Override
  public void connected(SSLSession session) {}

  @Override
  public void protocolVersion(String version) {
    versions.add(version);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/** See {@link InboundCall#UNTOUCHED}. */
final class UntouchedInbound implements InboundCall {
  @Override
  public Verdict verdict() {
    return Verdict.ALLOW;
  }

  @Override
  public void writeHeaders(HeaderSink request) {}

  @Override
  public Context context() {
    return Context.NONE;
  }

  @Override
  public void route(String template) {}

  @Override
  public void end(int status, Throwable error) {}
}

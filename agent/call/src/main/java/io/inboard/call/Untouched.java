// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/** See {@link Call#UNTOUCHED}. An adapter that asks it all the same is told to hand on. */
final class Untouched implements Call {
  @Override
  public Step first() {
    return Step.DELIVER;
  }

  @Override
  public Step responded(Attempt attempt, int status, HeaderView headers) {
    return Step.DELIVER;
  }

  @Override
  public Step failed(Attempt attempt, Throwable error, Progress progress) {
    return Step.DELIVER;
  }

  @Override
  public void abandoned() {}

  @Override
  public void done() {}
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

/** A server that serves {@link SampleApplication} on 127.0.0.1. */
public interface RunningServer extends AutoCloseable {
  /** The port that it accepts on. */
  int port();
}

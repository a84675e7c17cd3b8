// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import java.util.function.Consumer;

/**
 * Where the endpoints of one destination are known from: a list, DNS, a registry, a control plane.
 * It finds them out on threads of its own, and pushes what changes. Safe for use by any thread.
 */
@FunctionalInterface
public interface EndpointSource {
  /**
   * Tells what is known now, before this method returns, and then every change.
   *
   * @param subscriber gets one update at a time, the newest last; on the caller's thread the first
   *     one, on any thread those that follow. Must neither block nor throw
   * @return ends it: afterwards the subscriber gets at most the update that is under way.
   *     Idempotent; does not throw
   */
  AutoCloseable subscribe(Consumer<Update> subscriber);
}

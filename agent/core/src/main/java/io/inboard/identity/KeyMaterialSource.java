// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where this JVM's key, certificates and trust bundle come from. Tells what there is; {@link
 * Identity} decides what is in force. It calls nobody while its caller holds a lock of {@link
 * Identity}, which takes its own lock when it is told something.
 */
interface KeyMaterialSource extends AutoCloseable {
  /** What there is now. */
  sealed interface Update {
    /**
     * Material that is whole, fits together and may be used.
     *
     * @param material without a number yet
     */
    record Fresh(KeyMaterial material) implements Update {}

    /** There is the same as what was told last as {@link Fresh}. */
    record Same() implements Update {}

    /**
     * There is nothing that may be used.
     *
     * @param text what is wrong and what to do; one line, no keys
     */
    record Problem(String text) implements Update {}

    /**
     * What works, and should be mended all the same.
     *
     * @param text empty: it has been mended
     */
    record Warning(Optional<String> text) implements Update {}
  }

  /**
   * Tells what there is now, before it returns; from then on the source may tell more, on a thread
   * of its own, once {@link #watch} was called. Only the first call counts; others wait for it.
   */
  void start(Consumer<Update> told);

  /** Begins to tell changes, on a daemon thread that also starts it if need be; idempotent. */
  void watch(Consumer<Update> told);

  /** Tells nothing any more, but what is being told at this moment. */
  @Override
  void close();
}

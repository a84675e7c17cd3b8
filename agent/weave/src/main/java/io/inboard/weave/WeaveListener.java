// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

/** Hears what becomes of the hooks. Called by any thread that loads classes; must not block. */
public interface WeaveListener {
  /** A unit fits a class loader's version of its library; its first class is being woven. */
  void applied(String unit, String library);

  /**
   * A unit does not fit, and is left out for this class loader.
   *
   * @param reason which witness or method is missing
   */
  void misfit(String unit, String library, String reason);

  /** A class of a unit that fits could not be woven or retransformed; the class runs as it is. */
  void failed(String unit, String className, Throwable error);

  /** An advice threw; the woven method went on without it. */
  void hookError(String unit, String hook, Throwable error);
}

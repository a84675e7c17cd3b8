// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.Objects;

/**
 * The context of work that a library of the application does once more, because it has failed: that
 * of the request, with terms that say so. Immutable.
 *
 * @param original that of the request; {@link Context#NONE} if there is none
 */
public record Repeated(Context original, CallerTerms terms) implements Context {
  public Repeated {
    Objects.requireNonNull(original);
    Objects.requireNonNull(terms);
  }

  /**
   * For work in a context that is done once more.
   *
   * @param library which repeats it, by its name in {@code status}
   */
  public static Repeated by(String library, Context context) {
    Context original = context instanceof Repeated already ? already.original : context;
    return new Repeated(original, context.terms().again(library));
  }
}

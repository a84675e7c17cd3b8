// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import io.inboard.call.CallerTerms;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Repeated;
import java.util.ArrayList;
import java.util.List;

/** What work finds in its context, run by run. */
final class Seen {
  private final List<String> runs = new ArrayList<>();

  /** A request's. */
  record Named(String name) implements Context {}

  /** For the threads that run the work, one after the other. */
  synchronized void look() {
    runs.add(now());
  }

  synchronized List<String> runs() {
    return List.copyOf(runs);
  }

  /** The request, and the library if it is a repetition. */
  static String now() {
    Context context = Inboard.contexts().current();
    CallerTerms terms = context.terms();
    Context original = context instanceof Repeated again ? again.original() : context;
    String name = original instanceof Named named ? named.name : "-";
    return terms.repetition() ? name + " again by " + terms.repeatedBy() : name;
  }

  static Contexts.Scope in(String name) {
    return Inboard.contexts().activate(new Named(name));
  }
}

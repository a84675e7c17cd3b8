// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

/**
 * What is measured together, once a cycle: in each cycle every variant has its turn, in a new
 * random order, and is compared with the others of the same cycle alone. A machine whose speed
 * drifts is as fast for one as for the other within a cycle.
 */
public enum Series {
  /** A program that does nothing, until main. */
  BEFORE_MAIN("before main"),
  /** One service alone, until its first answer. */
  START("start"),
  /** The same from an AppCDS archive that knows no agent, and without it. */
  ARCHIVE("archive"),
  /** A new pair of services: its first call, then what it holds after some thousand requests. */
  FIRST_CALL("first call"),
  /** Two services that stay: a closed loop of one or two seconds. */
  LOAD("load"),
  /** The same services at a rate that is the same for all. */
  OPEN_LOOP("open loop"),
  /** What those services hold at the end of it all. */
  HELD("held"),
  /** One service whose collector is dead, from SIGTERM. */
  EXIT("exit");

  private final String title;

  Series(String title) {
    this.title = title;
  }

  /** In a word or two. */
  public String title() {
    return title;
  }
}

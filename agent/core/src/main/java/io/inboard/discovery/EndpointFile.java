// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.call.AgentLoop;
import io.inboard.call.Log;
import io.inboard.settings.Instance;
import io.inboard.settings.reading.EndpointsReader;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.source.SettingsSource.Answer;
import io.inboard.settings.source.TextFile;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One file that lists endpoints, and what it said last and well. A change counts when two readings
 * in a row find it, so that a file which is still being written is not used. Safe for use by any
 * thread; no method blocks but {@link #read}, which {@link EndpointFiles} runs on a thread of its
 * own.
 */
final class EndpointFile {
  /** A larger file is read only where its age or length has changed. */
  private static final int SMALL = 1 << 20;

  /** After an error of ours, such as too little memory for the file. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A reading that takes longer may never end, as on a network file system that is away. */
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final AgentLoop LOOP = AgentLoop.named("inboard-endpoints");

  private final String path;
  private final TextFile file;
  private final EndpointFiles files;
  private final List<Follower> followers = new CopyOnWriteArrayList<>();

  /** Whether a reading is under way or planned. Guarded by this object's lock. */
  private boolean begun;

  /** What is known; replaced by the thread that reads. */
  private volatile Known known = Known.NOTHING;

  /** A reading that is not over, whether it has a thread already or waits for one; null: none. */
  private volatile Reading reading;

  /**
   * @param since when it was wanted, by the clock
   */
  private record Reading(long since) {}

  // Used by the thread that reads, which is one at a time.

  /** At the last reading; null: the next one reads, whatever it is then. */
  private TextFile.Stamp stamp;

  /** What the last reading found, a text or a problem; null: nothing yet. */
  private Answer seen;

  /** What {@link #known} was made of, good or bad; null: nothing yet. */
  private Answer judged;

  /**
   * @param answered whether the first reading is over
   * @param listed what the file says; null: it could not be read yet
   * @param full the last list that was not empty
   * @param emptySince when the list became empty, by the clock
   * @param problem of the last reading; empty: it was good
   */
  private record Known(
      boolean answered,
      List<Instance> listed,
      List<Instance> full,
      long emptySince,
      String problem,
      long changes,
      long failures) {
    static final Known NOTHING = new Known(false, null, List.of(), 0, "", 0, 0);

    Known with(List<Instance> now, long nanos) {
      boolean emptied = now.isEmpty() && (listed == null || !listed.isEmpty());
      return new Known(
          true,
          now,
          now.isEmpty() ? full : now,
          emptied ? nanos : emptySince,
          "",
          changes + 1,
          failures);
    }

    Known mended() {
      return new Known(true, listed, full, emptySince, "", changes, failures);
    }

    Known failing(String why) {
      return new Known(true, listed, full, emptySince, why, changes, failures + 1);
    }

    /** What holds for whoever bears an empty list only after some time. */
    List<Instance> listed(long nanos, long graceNanos) {
      return listed.isEmpty() && nanos - emptySince < graceNanos ? full : listed;
    }
  }

  EndpointFile(String path, EndpointFiles files) {
    this.path = path;
    this.files = files;
    this.file =
        new TextFile(new File(path), "endpoints.yaml", "10,000 endpoints take less than one");
  }

  String path() {
    return path;
  }

  /** One destination that gets its endpoints from here. */
  final class Follower implements AutoCloseable {
    private final long graceNanos;
    private final ResolvedList list;

    private Follower(Duration grace, Consumer<Update> subscriber) {
      this.graceNanos = grace.toNanos();
      this.list = new ResolvedList(files.names, subscriber);
    }

    /**
     * Tells the subscriber, if what holds for it has changed. Again, if that changes meanwhile: the
     * thread that reads may have told of the newer list before this one tells of the older.
     */
    void look() {
      Known now;
      do {
        now = known;
        tell(now);
      } while (now != known);
    }

    private void tell(Known now) {
      if (now.listed != null) {
        list.list(now.listed(files.clock.nanos(), graceNanos));
      } else if (now.answered) {
        list.unknown(now.problem, false);
      } else {
        list.unknown(path.concat(" has not been read yet"), true); // Before main, too.
      }
    }

    @Override
    public void close() {
      followers.remove(this);
      list.close();
      files.left(EndpointFile.this);
    }
  }

  /** Under the lock of {@link EndpointFiles}, as the next one. */
  Follower follow(Duration grace, Consumer<Update> subscriber) {
    Follower follower = new Follower(grace, subscriber);
    followers.add(follower);
    return follower;
  }

  boolean followed() {
    return !followers.isEmpty();
  }

  /** Begins to read it, unless that has begun or must not be. */
  void begin() {
    synchronized (this) {
      if (begun || !files.active()) {
        return;
      }
      begun = true;
    }
    hand();
  }

  private void hand() {
    reading = new Reading(files.clock.nanos());
    try {
      files.read(this::read);
    } catch (RuntimeException | OutOfMemoryError noThread) {
      reading = null;
      LOOP.failed(noThread);
      plan(RETRY_NANOS);
    }
  }

  private void plan(long nanos) {
    files.timer.schedule(this::due, nanos); // Never cancelled: it is soon, and finds out itself.
  }

  private void due() {
    synchronized (this) {
      if (!files.active() || !followed()) {
        begun = false; // Until it is wanted again.
        return;
      }
    }
    hand();
  }

  private void read() {
    boolean good = false;
    try {
      good = LOOP.turn(this::look);
      if (!good) {
        stamp = null;
        known = known.failing(path + " cannot be read: an error of ours");
      }
      followers.forEach(follower -> LOOP.turn(follower::look));
    } finally {
      reading = null;
      plan(good ? files.pauseNanos() : RETRY_NANOS);
    }
  }

  private void look() {
    TextFile.Stamp now = file.stamp();
    if (now.equals(stamp) && now.length() > SMALL && seen != null && seen.equals(judged)) {
      return;
    }
    stamp = now;
    Answer answer = file.read();
    boolean again = answer.equals(seen);
    seen = answer;
    boolean first = !known.answered;
    if (answer.equals(judged) || (!first && !again)) {
      return;
    }
    List<Instance> listed = List.of();
    String problem = "";
    if (answer instanceof Answer.Text text) {
      try {
        listed = EndpointsReader.read(text.text(), path);
      } catch (SettingsException e) {
        problem = e.getMessage();
      }
    } else if (answer instanceof Answer.Failed failed) {
      problem = path + ": " + failed.problem();
    }
    // The first reading counts at once if it is good: there is nothing better.
    if (problem.isEmpty()) {
      listed(listed);
    } else if (again) {
      failed(problem);
    } else {
      return;
    }
    judged = answer;
  }

  private void listed(List<Instance> listed) {
    Known before = known;
    known =
        listed.equals(before.listed) ? before.mended() : before.with(listed, files.clock.nanos());
    if (!before.problem.isEmpty()) {
      Log.info("endpoints: " + path + " can be read again");
    }
    if (listed.isEmpty() && !before.full.isEmpty()) {
      Log.warnOnce(
          "endpoints empty " + path,
          "endpoints: "
              + path
              + " lists none any more; the last ones stay in use for the emptyGrace of each"
              + " destination (said once)");
    }
  }

  private void failed(String problem) {
    Known before = known;
    if (problem.equals(before.problem)) {
      return;
    }
    known = before.failing(problem);
    Log.warn(
        "endpoints: "
            + problem
            + "; "
            + (before.listed == null
                ? "no endpoint is known, and calls are refused"
                : "the last good ones stay in use")
            + " until that is mended");
  }

  EndpointFileStatus status() {
    Known now = known;
    Reading underWay = reading;
    boolean slow = underWay != null && files.clock.nanos() - underWay.since > SLOW_NANOS;
    return new EndpointFileStatus(
        path,
        now.listed == null ? 0 : now.listed.size(),
        slow || !now.problem.isEmpty(),
        slow ? path + ": the reading is not over after 10 s" : now.problem,
        now.changes,
        now.failures);
  }
}

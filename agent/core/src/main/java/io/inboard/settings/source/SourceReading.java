// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.source.SettingsSource.Answer;
import java.time.Duration;
import java.util.Optional;

/** Whether a source may have changed, and whether it goes on saying the same. One thread. */
final class SourceReading {
  /** The longest time that one reading may take while the application runs. */
  static final Duration BUDGET = Duration.ofSeconds(10);

  private static final int SMALL = 1 << 20;

  /** How often a document is looked at while it has to stand. */
  private static final long LOOK_MILLIS = 250;

  private static final long ASK_MILLIS = 1_000;

  private final SettingsSource source;
  private final SettingsWatch.Pause settle;

  /** At the last look; null: the next look reads, whatever it is then. */
  private TextFile.Stamp stamp;

  SourceReading(SettingsSource source, SettingsWatch.Pause settle) {
    this.source = source;
    this.settle = settle;
  }

  /** Before the first reading, so that a change during it is not missed. */
  void remember() {
    if (source instanceof FileSource file) {
      stamp = file.stamp();
    }
  }

  /** The next answer is a whole one, whether it has changed or not. */
  void forget() {
    stamp = null;
    source.forget();
  }

  /** A small file is always read: a new one of the same age and length is still another one. */
  boolean mayHaveChanged() {
    if (!(source instanceof FileSource file)) {
      return true;
    }
    TextFile.Stamp now = file.stamp();
    boolean same = now.equals(stamp) && now.length() > SMALL;
    stamp = now;
    return !same;
  }

  Answer read() {
    Answer answer = source.read(BUDGET);
    if (answer instanceof Answer.Failed) {
      stamp = null;
    }
    return answer;
  }

  /**
   * Whether the source says the same for so long, looked at all the while; forgets if not. A URL's
   * answer is whole, so that what is of no weight counts at once.
   */
  boolean stands(String text, Duration patience) throws InterruptedException {
    boolean file = source instanceof FileSource;
    long left = file || !patience.equals(Secured.SOON) ? patience.toMillis() : 0;
    Optional<TextFile.Stamp> before = stampNow();
    boolean stood = false;
    try {
      while (left > 0) {
        long step = Math.min(left, file ? LOOK_MILLIS : ASK_MILLIS);
        settle.millis(step);
        left -= step;
        Answer again = source.read(BUDGET);
        boolean same =
            again instanceof Answer.Unchanged
                || (again instanceof Answer.Text read && read.text().equals(text));
        if (!same || !stampNow().equals(before)) {
          return false;
        }
      }
      stood = true;
      return true;
    } finally {
      if (!stood) {
        forget(); // After an interrupt as well: "unchanged" must not hide what does not count yet.
      }
    }
  }

  private Optional<TextFile.Stamp> stampNow() {
    return source instanceof FileSource file ? Optional.of(file.stamp()) : Optional.empty();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.inboard.call.Log;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import io.inboard.settings.source.SettingsSource.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps settings up to date: {@link #load} once, before the application's main method, then {@link
 * #start} for a daemon thread that polls. Good settings are only ever replaced by good ones, and
 * each distinct problem is said once until it is mended.
 *
 * <p>Everything but {@link #status} is confined to one thread at a time: the one that calls {@code
 * load}, then the daemon ({@link Thread#start} orders the two). {@code status} reads a volatile.
 */
public final class SettingsWatch implements AutoCloseable {
  private static final Duration START_BUDGET = Duration.ofSeconds(3);
  private static final AgentLoop LOOP = AgentLoop.named("inboard-settings");
  private static final String SAYS_NOTHING =
      "is empty, or holds comments only, and such a document replaces nothing; write {} if no"
          + " settings are meant";

  private final SettingsSource source;
  private final SettingsReader reader;
  private final Optional<DiskCopy> disk;
  private final Consumer<Loaded> publish;
  private final Voice voice;
  private final SourceReading reading;
  private final SettingsReport report;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private Loaded current;

  /** What the source held when it was last understood or refused; null: nothing yet. */
  private String goodText;

  private String badText;

  /** Readings in a row that an error of the JVM ended. */
  private int errorsInARow;

  private boolean copyDue;
  private long versions;

  /**
   * @param disk keeps the last good settings; empty: nothing is kept
   * @param publish called on the daemon thread with every change; what it throws keeps the change
   *     out
   */
  SettingsWatch(
      SettingsSource source,
      SettingsReader reader,
      Optional<DiskCopy> disk,
      Consumer<Loaded> publish,
      Voice voice,
      Pause settle) {
    this.source = source;
    this.reader = reader;
    this.disk = disk;
    this.publish = publish;
    this.voice = voice;
    this.reading = new SourceReading(source, settle);
    this.report = new SettingsReport(source.name(), voice);
  }

  /**
   * A watch that has read nothing yet.
   *
   * @param publish called on the daemon thread with every change after {@link #load}; what it
   *     throws keeps the change out
   */
  public static SettingsWatch of(
      SettingsSource source,
      SettingsReader reader,
      Map<String, String> environment,
      Consumer<Loaded> publish,
      Voice voice) {
    return new SettingsWatch(
        source,
        reader,
        source.cacheKey().isEmpty()
            ? Optional.empty()
            : Optional.of(DiskCopy.of(source.cacheKey().get(), environment)),
        publish,
        voice,
        Thread::sleep);
  }

  /**
   * Reads for the first time; never throws and takes 3 s at the most. A file is read with java.io
   * only. Without good settings: the copy on disk, else {@link BrokenSource}.
   */
  public Loaded load() {
    reading.remember();
    String failure = "";
    String text = null;
    try {
      Answer answer = firstAnswer();
      if (answer instanceof Answer.Text read) {
        text = read.text();
        boolean none = source instanceof SettingsSource.None;
        if (none || !reader.saysNothing(text, source.name())) {
          Settings settings = reader.read(text, source.name());
          goodText = text;
          copyDue = disk.isPresent();
          accept(settings, text, none ? Origin.DEFAULTS : Origin.SOURCE);
          warnings();
          return current;
        }
        failure = source.name() + ": " + SAYS_NOTHING;
      } else if (answer instanceof Answer.Failed failed) {
        failure = source.name() + ": " + failed.problem();
      }
      badText = text;
    } catch (SettingsException e) {
      badText = text;
      failure = e.getMessage();
    } catch (RuntimeException | Error e) {
      // An Error here must not end premain, and with it all that secures this JVM.
      LOOP.failed(e);
      reading.forget();
      failure = source.name() + ": " + BrokenSource.describe(e);
    }
    warnings();
    Optional<Loaded> fromDisk = fromDisk();
    if (fromDisk.isPresent()) {
      current = fromDisk.get();
    } else {
      BrokenSource broken = BrokenSource.of(source, text, reader, disk);
      current = accept(broken.settings(), text == null ? "" : text, broken.origin());
    }
    try {
      report.failed(failure);
    } catch (Error e) {
      LOOP.failed(e); // No memory for the words; what is in force is.
    }
    return current;
  }

  /** What an HTTP client starts inherits nothing from the application's main thread. */
  private Answer firstAnswer() {
    if (!(source instanceof UrlSource)) {
      return source.read(START_BUDGET);
    }
    Answer[] answer = {new Answer.Failed("cannot be read")};
    Thread first =
        AgentThreads.daemon(
            "inboard-settings", () -> LOOP.turn(() -> answer[0] = source.read(START_BUDGET)));
    first.start();
    try {
      first.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return answer[0];
  }

  private void warnings() {
    for (String warning : reader.warnings()) {
      voice.warn(warning);
    }
  }

  private Optional<Loaded> fromDisk() {
    try {
      Optional<String> text = disk.isPresent() ? disk.get().load() : Optional.empty();
      if (text.isPresent()) {
        return Optional.of(
            accept(reader.read(text.get(), source.name()), text.get(), Origin.DISK_COPY));
      }
    } catch (IOException e) {
      report.sayOnce("the copy of the settings on disk is not used: " + e.getMessage());
    } catch (SettingsException e) {
      report.sayOnce("the copy of the settings on disk is not used: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      LOOP.failed(e);
    }
    return Optional.empty();
  }

  /** Starts the daemon thread, unless there is nothing to watch. */
  public void start() {
    if (source instanceof SettingsSource.None) {
      return;
    }
    AgentThreads.daemon("inboard-settings", this::run).start();
  }

  /** Any thread; after {@link #load}. */
  public SettingsStatus status() {
    return report.status();
  }

  /** Ends the daemon thread soon. */
  @Override
  public void close() {
    stopped.countDown();
  }

  private void run() {
    // Immediately: the JVM may end before the first look.
    LOOP.turn(this::keepCopyIfDue);
    LOOP.run(
        () -> stopped.getCount() == 0,
        () -> {
          if (!stopped.await(pause().toMillis(), TimeUnit.MILLISECONDS)) {
            poll();
          }
        });
  }

  /**
   * A file's time until the next look; a URL's interval, shortened by up to a fifth so that callers
   * spread.
   */
  private Duration pause() {
    Duration interval = current.settings().reload().interval();
    if (errorsInARow > 0) {
      // What does not fit into memory costs the application a lot each time.
      return Duration.ofSeconds(1L << Math.min(errorsInARow - 1, 5));
    }
    if (source instanceof FileSource) {
      long millis = Math.min(1000, Math.max(50, interval.toMillis() / 2));
      return Duration.ofMillis(millis);
    }
    double share = 0.8 + 0.2 * ThreadLocalRandom.current().nextDouble();
    return Duration.ofMillis(Math.max(50, (long) (interval.toMillis() * share)));
  }

  /** One look at the source; never ends the watch, whatever goes wrong. */
  void poll() throws InterruptedException {
    try {
      look();
      errorsInARow = 0;
    } catch (RuntimeException | Error e) {
      LOOP.failed(e);
      errorsInARow++;
      reading.forget();
      report.failed(source.name() + ": " + BrokenSource.describe(e));
    }
  }

  private void look() throws InterruptedException {
    keepCopyIfDue();
    if (!reading.mayHaveChanged()) {
      return;
    }
    Answer answer = reading.read();
    if (answer instanceof Answer.Failed failed) {
      report.failed(source.name() + ": " + failed.problem());
    } else if (answer instanceof Answer.Text text) {
      if (text.text().equals(goodText)) {
        badText = null;
        report.mended();
      } else if (!text.text().equals(badText)) {
        changed(text.text());
      }
    } else if (badText == null) {
      report.mended();
    }
  }

  private void changed(String text) throws InterruptedException {
    if (reader.saysNothing(text, source.name())) {
      if (reading.stands(text, Secured.CAUTIOUS)) {
        badText = text;
        report.failed(source.name() + ": " + SAYS_NOTHING);
      }
      return;
    }
    Settings settings;
    try {
      settings = reader.read(text, source.name());
    } catch (SettingsException e) {
      if (reading.stands(text, Secured.SOON)) {
        badText = text;
        report.failed(e.getMessage());
      }
      return;
    }
    String without = String.join(" and ", Secured.dropped(current, settings));
    if (!without.isEmpty()) {
      report.waits(without);
    }
    boolean stood = false;
    try {
      stood = reading.stands(text, Secured.patience(current, settings));
    } finally {
      report.waitedFor(stood);
    }
    if (stood) {
      replaceBy(settings, text, without);
    }
  }

  private void replaceBy(Settings settings, String text, String without) {
    Loaded before = current;
    Loaded next = loaded(settings, text, Origin.SOURCE);
    try {
      publish.accept(next);
    } catch (RuntimeException e) {
      badText = text;
      report.failed(source.name() + ": could not be put in force: " + e);
      return;
    }
    goodText = text;
    badText = null;
    copyDue = disk.isPresent();
    inForce(next);
    report.replaced(before, next, without);
    keepCopyIfDue();
  }

  private Loaded accept(Settings settings, String text, Origin origin) {
    return inForce(loaded(settings, text, origin));
  }

  private Loaded loaded(Settings settings, String text, Origin origin) {
    return new Loaded(
        settings, source.name(), Version.of(text, versions + 1), origin, Instant.now());
  }

  private Loaded inForce(Loaded loaded) {
    versions++;
    current = loaded;
    Log.level(loaded.settings().log());
    report.inForce(loaded);
    return loaded;
  }

  private void keepCopyIfDue() {
    if (!copyDue) {
      return;
    }
    copyDue = false;
    try {
      disk.orElseThrow().save(goodText);
    } catch (IOException e) {
      report.sayOnce("the settings cannot be kept on disk: " + e.getMessage());
    }
  }

  /** Lets some time go by. */
  interface Pause {
    void millis(long millis) throws InterruptedException;
  }

  /**
   * Speaks to the person who runs the application; one line each. Not the log itself, since a start
   * that settings are required for keeps its lines back until it is known whether there is one.
   */
  public interface Voice {
    /** What is worth knowing. */
    void info(String line);

    /** What should be mended. */
    void warn(String line);
  }
}

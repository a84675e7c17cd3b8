// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.call.AgentThreads;
import io.inboard.settings.Loaded.Origin;
import io.inboard.settings.SettingsSource.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private static final Duration POLL_BUDGET = Duration.ofSeconds(10);
  private static final int SMALL = 1 << 20;

  private final SettingsSource source;
  private final SettingsReader reader;
  private final Optional<DiskCopy> disk;
  private final Consumer<Loaded> publish;
  private final Voice voice;
  private final Pause settle;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private volatile SettingsStatus status;
  private Loaded current;

  /** What the source held when it was last understood or refused; null: nothing yet. */
  private String goodText;

  private String badText;
  private boolean copyDue;
  private FileSource.Stamp stamp;
  private String error;
  private Instant errorSince;
  private final Set<String> said = new HashSet<>();
  private long reloads;
  private long failures;
  private long versions;

  /**
   * @param disk keeps the last good settings of a URL; empty: nothing is kept
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
    this.settle = settle;
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
   * only. Without good settings: the disk copy of a URL, else the defaults.
   */
  public Loaded load() {
    for (String warning : reader.warnings()) {
      voice.warn(warning);
    }
    remember();
    String failure = "";
    Answer answer = source.read(START_BUDGET);
    if (answer instanceof Answer.Text text) {
      try {
        Settings settings = reader.read(text.text(), source.name());
        goodText = text.text();
        copyDue = disk.isPresent();
        Origin origin = source instanceof SettingsSource.None ? Origin.DEFAULTS : Origin.SOURCE;
        return accept(settings, goodText, origin);
      } catch (SettingsException e) {
        badText = text.text();
        failure = e.getMessage();
      }
    } else if (answer instanceof Answer.Failed failed) {
      failure = source.name() + ": " + failed.problem();
    }
    Optional<Loaded> fromDisk = fromDisk();
    current =
        fromDisk.isPresent() ? fromDisk.get() : accept(reader.defaults(), "", Origin.DEFAULTS);
    fail(failure);
    return current;
  }

  private Optional<Loaded> fromDisk() {
    try {
      Optional<String> text = disk.isPresent() ? disk.get().load() : Optional.empty();
      if (text.isPresent()) {
        return Optional.of(
            accept(reader.read(text.get(), source.name()), text.get(), Origin.DISK_COPY));
      }
    } catch (IOException e) {
      sayOnce("the copy of the settings on disk is not used: " + e.getMessage());
    } catch (SettingsException e) {
      sayOnce("the copy of the settings on disk is not used: " + e.getMessage());
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
    return status;
  }

  /** Ends the daemon thread soon. */
  @Override
  public void close() {
    stopped.countDown();
  }

  private void run() {
    try {
      while (!stopped.await(pause().toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          poll();
        } catch (RuntimeException e) {
          fail("unexpected " + e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A file's time until the next look; a URL's interval, shortened by up to a fifth so that callers
   * spread.
   */
  private Duration pause() {
    Duration interval = current.settings().reload().interval();
    if (source instanceof FileSource) {
      long millis = Math.min(1000, Math.max(50, interval.toMillis() / 2));
      return Duration.ofMillis(millis);
    }
    double share = 0.8 + 0.2 * ThreadLocalRandom.current().nextDouble();
    return Duration.ofMillis(Math.max(50, (long) (interval.toMillis() * share)));
  }

  /** One look at the source. */
  void poll() throws InterruptedException {
    if (copyDue) {
      keepCopy();
    }
    if (source instanceof FileSource file && !mayHaveChanged(file)) {
      return;
    }
    Answer answer = source.read(POLL_BUDGET);
    if (answer instanceof Answer.Failed failed) {
      forgetStamp();
      fail(source.name() + ": " + failed.problem());
    } else if (answer instanceof Answer.Text text) {
      if (text.text().equals(goodText)) {
        badText = null;
        mended();
      } else if (!text.text().equals(badText)) {
        changed(text.text());
      }
    } else if (badText == null) {
      mended();
    }
  }

  private void changed(String text) throws InterruptedException {
    if (source instanceof FileSource file && !settled(file, text)) {
      forgetStamp();
      return;
    }
    try {
      Settings settings = reader.read(text, source.name());
      Loaded before = current;
      Loaded next = loaded(settings, text, Origin.SOURCE);
      publish.accept(next);
      goodText = text;
      badText = null;
      copyDue = disk.isPresent();
      reloads++;
      error = null;
      said.clear();
      inForce(next);
      voice.info(
          "settings "
              + source.name()
              + ": version "
              + current.version()
              + " is in force, after "
              + before.version());
      if (copyDue) {
        keepCopy();
      }
    } catch (SettingsException e) {
      badText = text;
      fail(e.getMessage());
    } catch (RuntimeException e) {
      badText = text;
      fail(source.name() + ": could not be put in force: " + e);
    }
  }

  /**
   * Whether a second reading a moment later finds the same: half a YAML file often parses, and an
   * emptied one always does.
   */
  private boolean settled(FileSource file, String text) throws InterruptedException {
    FileSource.Stamp before = file.stamp();
    long millis = Math.min(100, pause().toMillis()) * (text.isBlank() ? 5 : 1);
    settle.millis(millis);
    return file.read(POLL_BUDGET) instanceof Answer.Text again
        && again.text().equals(text)
        && file.stamp().equals(before);
  }

  /** A small file is always read: a new one of the same age and length is still another one. */
  private boolean mayHaveChanged(FileSource file) {
    FileSource.Stamp now = file.stamp();
    boolean same = now.equals(stamp) && now.length() > SMALL;
    stamp = now;
    return !same;
  }

  private void remember() {
    if (source instanceof FileSource file) {
      stamp = file.stamp();
    }
  }

  private void forgetStamp() {
    stamp = null;
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
    update();
    return loaded;
  }

  private void fail(String problem) {
    failures++;
    if (!problem.equals(error)) {
      error = problem;
      errorSince = Instant.now();
    }
    update();
    String consequence =
        switch (current.origin()) {
          case DEFAULTS -> "the defaults are in force";
          case DISK_COPY -> "the last good settings, kept on disk, are in force";
          case SOURCE -> "version " + current.version() + " stays in force";
        };
    sayOnce("settings " + problem + "; " + consequence + " until that is mended");
  }

  private void mended() {
    if (error != null) {
      error = null;
      said.clear();
      update();
      voice.info(
          "settings "
              + source.name()
              + ": read again, version "
              + current.version()
              + " is in force");
    }
  }

  private void keepCopy() {
    copyDue = false;
    try {
      disk.orElseThrow().save(goodText);
    } catch (IOException e) {
      sayOnce("the settings cannot be kept on disk: " + e.getMessage());
    }
  }

  private void sayOnce(String line) {
    // A bound, for a source whose problem is another one every time.
    if (said.size() < 20 && said.add(line)) {
      voice.warn(line);
    }
  }

  private void update() {
    status =
        new SettingsStatus(
            source.name(),
            current.version(),
            current.origin(),
            current.loadedAt(),
            Optional.ofNullable(error),
            error == null ? Optional.empty() : Optional.of(errorSince),
            reloads,
            failures);
  }

  /** Lets some time go by. */
  interface Pause {
    void millis(long millis) throws InterruptedException;
  }

  /** Speaks to the person who runs the application; one line each. */
  public interface Voice {
    /** What is worth knowing. */
    void info(String line);

    /** What should be mended. */
    void warn(String line);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.inboard.call.Log;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.SettingsProvider.Given;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps settings up to date: {@link #load} once, before the application's main method, then {@link
 * #start} for a daemon thread that asks their provider again and again. Good settings are only ever
 * replaced by good ones, and each distinct problem is said once until it is mended.
 *
 * <p>Everything but {@link #status} is confined to one thread at a time: the one that calls {@code
 * load}, then the daemon ({@link Thread#start} orders the two). {@code status} reads a volatile.
 */
public final class SettingsWatch implements AutoCloseable {
  private static final AgentLoop LOOP = AgentLoop.named("inboard-settings");

  private final SettingsProvider provider;
  private final String name;
  private final Consumer<Loaded> publish;
  private final Voice voice;
  private final SettingsReport report;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private Loaded current;

  /** Questions in a row that an error of the JVM ended. */
  private int errorsInARow;

  private long versions;

  /**
   * A watch that has asked for nothing yet.
   *
   * @param publish called on the daemon thread with every change after {@link #load}; what it
   *     throws keeps the change out
   */
  public SettingsWatch(SettingsProvider provider, Consumer<Loaded> publish, Voice voice) {
    this.provider = provider;
    this.publish = publish;
    this.voice = voice;
    this.name = provider.name();
    this.report = new SettingsReport(name, voice);
  }

  /**
   * Of a text.
   *
   * @param disk keeps the last good settings; empty: nothing is kept
   */
  SettingsWatch(
      SettingsSource source,
      SettingsReader reader,
      Optional<DiskCopy> disk,
      Consumer<Loaded> publish,
      Voice voice,
      Pause settle) {
    this(new TextSettings(source, reader, disk, settle), publish, voice);
  }

  /**
   * A watch on a text that has read nothing yet.
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
   * Asks for the first time; never throws, and takes as long as {@link SettingsProvider#first}.
   * Without good settings: those that were kept, else {@link SettingsProvider#instead}.
   */
  public Loaded load() {
    String failure;
    try {
      Given first = provider.first();
      if (first instanceof Given.Fresh fresh) {
        provider.judged(fresh, true);
        accept(fresh);
        warnings();
        return current;
      }
      failure =
          first instanceof Given.Problem problem ? problem.line() : name + ": gives no settings";
    } catch (RuntimeException | Error e) {
      // An Error here must not end premain, and with it all that secures this JVM.
      LOOP.failed(e);
      forget();
      failure = name + ": " + BrokenSource.describe(e);
    }
    warnings();
    if (!acceptKept()) {
      acceptInstead();
    }
    try {
      report.failed(failure);
    } catch (Error e) {
      LOOP.failed(e); // No memory for the words; what is in force is.
    }
    return current;
  }

  private void warnings() {
    try {
      for (String warning : provider.warnings()) {
        voice.warn(warning);
      }
    } catch (RuntimeException | Error e) {
      LOOP.failed(e); // No reason to give up settings that are good.
    }
  }

  private void forget() {
    try {
      provider.forget();
    } catch (RuntimeException | Error e) {
      LOOP.failed(e);
    }
  }

  /** A provider that cannot even say what is safe: nobody comes in. */
  private void acceptInstead() {
    try {
      accept(provider.instead());
    } catch (RuntimeException | Error e) {
      LOOP.failed(e);
      Settings refusing = new SettingsReader(Map.of(), "").defaults().refusing();
      accept(new Given.Fresh(refusing, "", Loaded.Origin.REFUSING));
    }
  }

  private boolean acceptKept() {
    try {
      Optional<Given.Fresh> kept = provider.kept();
      if (kept.isPresent()) {
        accept(kept.get());
        return true;
      }
    } catch (IOException | SettingsException e) {
      report.sayOnce("the copy of the settings on disk is not used: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      LOOP.failed(e);
    }
    return false;
  }

  /** Starts the daemon thread, unless there is nothing to watch. */
  public void start() {
    if (provider.mayChange()) {
      AgentThreads.daemon("inboard-settings", this::run).start();
    }
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
    LOOP.turn(this::keep);
    LOOP.run(
        () -> stopped.getCount() == 0,
        () -> {
          if (!stopped.await(pause().toMillis(), TimeUnit.MILLISECONDS)) {
            poll();
          }
        });
  }

  private Duration pause() {
    if (errorsInARow > 0) {
      // What does not fit into memory costs the application a lot each time.
      return Duration.ofSeconds(1L << Math.min(errorsInARow - 1, 5));
    }
    return provider.pause(current.settings().reload().interval());
  }

  /** One question to the provider; never ends the watch, whatever goes wrong. */
  void poll() throws InterruptedException {
    try {
      look();
      errorsInARow = 0;
    } catch (RuntimeException | Error e) {
      LOOP.failed(e);
      errorsInARow++;
      forget();
      report.failed(name + ": " + BrokenSource.describe(e));
    }
  }

  private void look() throws InterruptedException {
    keep();
    Given given = provider.next();
    if (given instanceof Given.Problem problem) {
      report.failed(problem.line());
    } else if (given instanceof Given.InForce) {
      report.mended();
    } else if (given instanceof Given.Fresh fresh) {
      changed(fresh);
    }
  }

  private void changed(Given.Fresh fresh) throws InterruptedException {
    String without = String.join(" and ", Secured.dropped(current, fresh.settings()));
    if (!without.isEmpty()) {
      report.waits(without);
    }
    boolean stood = false;
    try {
      stood = provider.stands(fresh, Secured.patience(current, fresh.settings()));
    } finally {
      report.waitedFor(stood);
    }
    if (stood) {
      replaceBy(fresh, without);
    }
  }

  private void replaceBy(Given.Fresh fresh, String without) {
    Loaded before = current;
    Loaded next = loaded(fresh);
    try {
      publish.accept(next);
    } catch (RuntimeException e) {
      provider.judged(fresh, false);
      report.failed(name + ": could not be put in force: " + e);
      return;
    }
    provider.judged(fresh, true);
    inForce(next);
    report.replaced(before, next, without);
    keep();
  }

  private void accept(Given.Fresh fresh) {
    inForce(loaded(fresh));
  }

  private Loaded loaded(Given.Fresh fresh) {
    return new Loaded(
        fresh.settings(),
        name,
        Version.of(fresh.content(), versions + 1),
        fresh.origin(),
        Instant.now());
  }

  private void inForce(Loaded loaded) {
    versions++;
    current = loaded;
    Log.level(loaded.settings().log());
    report.inForce(loaded);
  }

  private void keep() {
    try {
      provider.keep();
    } catch (IOException e) {
      report.sayOnce("the settings cannot be kept on disk: " + e.getMessage());
    } catch (RuntimeException e) {
      LOOP.failed(e); // What is in force is, and what comes next is to be looked at.
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

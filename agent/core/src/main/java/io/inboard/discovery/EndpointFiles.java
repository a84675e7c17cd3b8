// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.settings.EndpointSettings;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The files that list endpoints, each read in the background once for all who want it, again and
 * again. What a file said last and well is known for as long as anybody follows it, so it outlives
 * a version of the settings. Safe for use by any thread; no method blocks.
 */
public final class EndpointFiles {
  /** One file on a disk that does not answer holds up hardly any other. */
  private static final int THREADS = 4;

  final Names names;
  final Timer timer;
  final Clock clock;
  private final Executor threads;

  /** By path. Guarded by itself; never on a call's path. */
  private final Map<String, EndpointFile> files = new HashMap<>();

  /** Whether files are read; what is known is kept meanwhile. */
  private volatile boolean active;

  private volatile long pauseNanos = TimeUnit.SECONDS.toNanos(1);

  /**
   * For threads and time that are handed in.
   *
   * @param names resolves endpoints that a file lists by name
   * @param threads where files are read
   */
  public EndpointFiles(Names names, Executor threads, Timer timer, Clock clock) {
    this.names = names;
    this.threads = threads;
    this.timer = timer;
    this.clock = clock;
  }

  /** Those of the JVM. No thread starts before {@link #active}. */
  public static EndpointFiles ofTheJvm(Names names, Timer timer, Clock clock) {
    return new EndpointFiles(names, new PassingThreads("inboard-endpoints", THREADS), timer, clock);
  }

  /**
   * Sets how often files are looked at: twice in an interval, since what is new counts once it was
   * seen twice.
   */
  public void interval(Duration interval) {
    pauseNanos =
        TimeUnit.MILLISECONDS.toNanos(Math.min(1000, Math.max(50, interval.toMillis() / 2)));
  }

  long pauseNanos() {
    return pauseNanos;
  }

  /** Begins to read, or stops: then what is known stays known. */
  public void active(boolean on) {
    active = on;
    if (on) {
      all().forEach(EndpointFile::begin);
    }
  }

  boolean active() {
    return active;
  }

  /** The source of what a file lists. */
  public EndpointSource of(EndpointSettings.FromFile settings) {
    return new Source(settings);
  }

  /** No lambda: settings are applied before main. */
  private final class Source implements EndpointSource {
    private final EndpointSettings.FromFile settings;

    Source(EndpointSettings.FromFile settings) {
      this.settings = settings;
    }

    @Override
    public AutoCloseable subscribe(Consumer<Update> subscriber) {
      return follow(settings, subscriber);
    }
  }

  private AutoCloseable follow(EndpointSettings.FromFile settings, Consumer<Update> subscriber) {
    EndpointFile file;
    EndpointFile.Follower follower;
    synchronized (files) {
      file = files.get(settings.path());
      if (file == null) {
        file = new EndpointFile(settings.path(), this);
        files.put(settings.path(), file);
      }
      follower = file.follow(settings.emptyGrace(), subscriber);
    }
    follower.look();
    file.begin();
    return follower;
  }

  /** Somebody has ceased to follow; nobody else may. */
  void left(EndpointFile file) {
    synchronized (files) {
      if (!file.followed()) {
        files.remove(file.path(), file);
      }
    }
  }

  private List<EndpointFile> all() {
    synchronized (files) {
      return new ArrayList<>(files.values());
    }
  }

  /** Does the work of a file where it may block. */
  void read(Runnable work) {
    threads.execute(work);
  }

  /** Where all files stand, by their paths. */
  public List<EndpointFileStatus> status() {
    List<EndpointFileStatus> all = new ArrayList<>();
    all().forEach(file -> all.add(file.status()));
    all.sort(Comparator.comparing(EndpointFileStatus::file));
    return List.copyOf(all);
  }
}

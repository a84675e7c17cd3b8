// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import io.inboard.settings.source.SettingsSource.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Settings that are a text in a file or behind a URL; polled. The last good text is kept. */
final class TextSettings implements SettingsProvider {
  private static final Duration START_BUDGET = Duration.ofSeconds(3);
  private static final AgentLoop LOOP = AgentLoop.named("inboard-settings");
  private static final Given NOTHING = new Given.Nothing();
  private static final Given IN_FORCE = new Given.InForce();
  private static final String SAYS_NOTHING =
      "is empty, or holds comments only, and such a document replaces nothing; write {} if no"
          + " settings are meant";

  private final SettingsSource source;
  private final SettingsReader reader;
  private final Optional<DiskCopy> disk;
  private final SourceReading reading;

  /** At the start; null: it could not be read. */
  private String firstText;

  /** What the source held when it was last understood or refused; null: nothing yet. */
  private String goodText;

  private String badText;
  private boolean copyDue;

  /**
   * @param disk keeps the last good text; empty: nothing is kept
   * @param settle lets time go by while a text has to stand
   */
  TextSettings(
      SettingsSource source,
      SettingsReader reader,
      Optional<DiskCopy> disk,
      SettingsWatch.Pause settle) {
    this.source = source;
    this.reader = reader;
    this.disk = disk;
    this.reading = new SourceReading(source, settle);
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public boolean mayChange() {
    return !(source instanceof SettingsSource.None);
  }

  /** A file is read with java.io only. */
  @Override
  public Given first() {
    reading.remember();
    Answer answer = firstAnswer();
    if (!(answer instanceof Answer.Text read)) {
      String problem =
          answer instanceof Answer.Failed failed ? failed.problem() : "has not changed";
      return new Given.Problem(name() + ": " + problem);
    }
    firstText = read.text();
    boolean none = source instanceof SettingsSource.None;
    String failure;
    try {
      if (none || !reader.saysNothing(firstText, name())) {
        return new Given.Fresh(
            reader.read(firstText, name()), firstText, none ? Origin.DEFAULTS : Origin.SOURCE);
      }
      failure = name() + ": " + SAYS_NOTHING;
    } catch (SettingsException e) {
      failure = e.getMessage();
    }
    badText = firstText;
    return new Given.Problem(failure);
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

  @Override
  public Optional<Given.Fresh> kept() throws IOException, SettingsException {
    Optional<String> text = disk.isPresent() ? disk.get().load() : Optional.empty();
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Given.Fresh(reader.read(text.get(), name()), text.get(), Origin.DISK_COPY));
  }

  @Override
  public Given.Fresh instead() {
    BrokenSource broken = BrokenSource.of(source, firstText, reader, disk);
    return new Given.Fresh(broken.settings(), firstText == null ? "" : firstText, broken.origin());
  }

  /**
   * A file's time until the next look; a URL's interval, shortened by up to a fifth so that callers
   * spread.
   */
  @Override
  public Duration pause(Duration interval) {
    if (source instanceof FileSource) {
      long millis = Math.min(1000, Math.max(50, interval.toMillis() / 2));
      return Duration.ofMillis(millis);
    }
    double share = 0.8 + 0.2 * ThreadLocalRandom.current().nextDouble();
    return Duration.ofMillis(Math.max(50, (long) (interval.toMillis() * share)));
  }

  @Override
  public Given next() throws InterruptedException {
    if (!reading.mayHaveChanged()) {
      return NOTHING;
    }
    Answer answer = reading.read();
    if (answer instanceof Answer.Failed failed) {
      return new Given.Problem(name() + ": " + failed.problem());
    }
    if (!(answer instanceof Answer.Text text)) {
      return badText == null ? IN_FORCE : NOTHING;
    }
    if (text.text().equals(goodText)) {
      badText = null;
      return IN_FORCE;
    }
    return text.text().equals(badText) ? NOTHING : changed(text.text());
  }

  private Given changed(String text) throws InterruptedException {
    String failure;
    Duration patience;
    if (reader.saysNothing(text, name())) {
      failure = name() + ": " + SAYS_NOTHING;
      patience = Secured.CAUTIOUS;
    } else {
      try {
        Settings settings = reader.read(text, name());
        return new Given.Fresh(settings, text, Origin.SOURCE);
      } catch (SettingsException e) {
        failure = e.getMessage();
        patience = Secured.SOON;
      }
    }
    // It may be half of what is being written.
    if (!reading.stands(text, patience)) {
      return NOTHING;
    }
    badText = text;
    return new Given.Problem(failure);
  }

  @Override
  public boolean stands(Given.Fresh fresh, Duration patience) throws InterruptedException {
    return reading.stands(fresh.content(), patience);
  }

  @Override
  public void judged(Given.Fresh fresh, boolean inForce) {
    if (inForce) {
      goodText = fresh.content();
      badText = null;
      copyDue = disk.isPresent();
    } else {
      badText = fresh.content();
    }
  }

  @Override
  public void keep() throws IOException {
    if (copyDue) {
      copyDue = false; // What does not fit into memory is not tried again.
      try {
        disk.orElseThrow().save(goodText);
      } catch (IOException e) {
        copyDue = true; // The disk may be there again the next time.
        throw e;
      }
    }
  }

  @Override
  public void forget() {
    reading.forget();
  }

  @Override
  public List<String> warnings() {
    return reader.warnings();
  }
}

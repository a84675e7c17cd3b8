// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.call.Printable;
import io.inboard.settings.Settings;
import io.inboard.settings.document.Problem;
import io.inboard.settings.reading.SecurityWords;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Where settings come from. Used by one thread at a time; never throws. */
public sealed interface SettingsSource permits SettingsSource.None, FileSource, UrlSource {
  /** The problem of bytes that are no text. */
  String NO_TEXT = "is not UTF-8 text";

  /** How it is called in messages and in {@code status}; a URL without credentials and query. */
  String name();

  /**
   * Reads what is there now.
   *
   * @param budget the longest time that it may take; a file ignores it
   */
  Answer read(Duration budget);

  /**
   * The first that is given: the agent's argument, {@code -Dinboard.config}, INBOARD_CONFIG, {@code
   * ./inboard.yaml} if it exists, none. Touches java.io only.
   *
   * @param agentArgument null or empty if none
   * @param property looks up a system property; null if it is not set
   */
  static SettingsSource find(
      String agentArgument,
      UnaryOperator<String> property,
      Map<String, String> environment,
      File workingDirectory) {
    String[] candidates = {
      agentArgument, property.apply("inboard.config"), environment.get("INBOARD_CONFIG")
    };
    for (String candidate : candidates) {
      if (candidate != null && !candidate.isBlank()) {
        return of(candidate.strip(), workingDirectory);
      }
    }
    File usual = new File(workingDirectory, "inboard.yaml");
    return usual.exists() ? new FileSource(usual, "./inboard.yaml") : new None();
  }

  /** A path, a {@code file:} URL or an {@code http(s)://} URL. */
  static SettingsSource of(String value, File workingDirectory) {
    String lower = value.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://") || lower.startsWith("https://")) {
      return new UrlSource(value);
    }
    String path = lower.startsWith("file:") ? FileSource.pathOf(value) : value;
    File file = new File(path);
    // Most likely an address with a slip in it, which may hold credentials.
    boolean likeAddress = path.startsWith("//") || path.matches("(?s)[A-Za-z][A-Za-z0-9+.-]+:.*");
    String name = likeAddress ? Printable.url(path) : path;
    return new FileSource(file.isAbsolute() ? file : new File(workingDirectory, path), name);
  }

  /** No settings at all: the defaults. */
  record None() implements SettingsSource {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public Answer read(Duration budget) {
      return new Answer.Text("");
    }
  }

  /** What a reading brought. */
  sealed interface Answer {
    /** The whole text. */
    record Text(String text) implements Answer {}

    /** The same as at the last reading (HTTP 304). */
    record Unchanged() implements Answer {}

    /**
     * @param problem what is wrong and what to do, without the source's name; no secrets
     */
    record Failed(String problem) implements Answer {}
  }

  /** Bytes as text, refusing what is not UTF-8 rather than replacing it. */
  static Answer decode(byte[] bytes) {
    try {
      return new Answer.Text(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return new Answer.Failed(NO_TEXT);
    }
  }

  /**
   * The whole text, read once; takes 10 s at the most.
   *
   * @throws SettingsException if the source cannot be read
   */
  static String text(SettingsSource source) throws SettingsException {
    Answer answer;
    try {
      answer = source.read(Duration.ofSeconds(10));
      if (answer instanceof Answer.Text text) {
        return text.text();
      }
    } catch (OutOfMemoryError e) {
      answer = new Answer.Failed(BrokenSource.describe(e));
    }
    String problem = answer instanceof Answer.Failed failed ? failed.problem() : "has not changed";
    throw new SettingsException(source.name(), List.of(new Problem("", 0, 0, problem, "")));
  }

  /** The absolute directory of a file; empty for what is none. */
  default Optional<File> directory() {
    return Optional.empty();
  }

  /**
   * Reads a text of this source; too little memory for it is a problem like others.
   *
   * @throws SettingsException with all problems that were found
   */
  static Settings read(SettingsSource source, SettingsReader reader, String text)
      throws SettingsException {
    try {
      return reader.read(text, source.name());
    } catch (OutOfMemoryError e) {
      throw new SettingsException(
          source.name(), List.of(new Problem("", 0, 0, BrokenSource.describe(e), "")));
    }
  }

  /** Forgets what would make the next answer {@link Answer.Unchanged}. */
  default void forget() {}

  /** What a source that cannot be read as a whole asks for, as far as it can be seen. */
  default SecurityWords securityWords() {
    return SecurityWords.in("");
  }

  /** The disk copy's key; empty if this source needs none. */
  default Optional<String> cacheKey() {
    return Optional.empty();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.source.Loaded.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Gives settings as values: read from a text ({@link TextSettings}), or made of what a control
 * plane sends. {@link SettingsWatch} decides what is in force, keeps the last good settings while
 * there are none that can be used, and reports; so both hold for every provider.
 *
 * <p>Used by one thread at a time. What a method throws beyond its declaration is survived, and
 * counts as settings that cannot be read.
 */
public interface SettingsProvider {
  /** How it is called in messages and in {@code status}; without credentials and query. */
  String name();

  /** Whether anything can come after {@link #first}. */
  boolean mayChange();

  /**
   * What there is now. Called before the application's main method, so it takes 3 s at the most and
   * touches no logging, JMX or java.nio file system.
   *
   * @return {@link Given.Fresh} or {@link Given.Problem}
   */
  Given first();

  /**
   * What was kept of an earlier run, where {@link #first} gave no settings; empty: nothing.
   *
   * @throws IOException if there is something that must not be used
   * @throws SettingsException if there is something that is not valid any more
   */
  Optional<Given.Fresh> kept() throws IOException, SettingsException;

  /**
   * What holds where there is neither: nothing that may have been closed is open then.
   *
   * @return with another origin than {@link Origin#SOURCE}
   */
  Given.Fresh instead();

  /**
   * How long to wait before {@link #next}.
   *
   * @param interval within which changes are to take effect
   */
  Duration pause(Duration interval);

  /** What there is now; may wait for it. */
  Given next() throws InterruptedException;

  /**
   * Whether what was given last still holds when some time has gone by: what gives something up
   * that secures this JVM must stand.
   *
   * @return false: {@link #next} gives what has come in its place
   */
  boolean stands(Given.Fresh fresh, Duration patience) throws InterruptedException;

  /**
   * What became of settings that were given.
   *
   * @param inForce false: they could not be put in force; they are not to be given again
   */
  void judged(Given.Fresh fresh, boolean inForce);

  /**
   * Keeps what was judged to be in force for the next start, unless that is done or not wanted. Not
   * before main.
   *
   * @throws IOException says why it cannot be kept
   */
  void keep() throws IOException;

  /** Forgets what it knows of its source: the next answer is a whole one. */
  void forget();

  /** What is wrong beside the settings and was left out; a line each. */
  List<String> warnings();

  /** What a provider has. */
  sealed interface Given {
    /**
     * Settings that may be put in force.
     *
     * @param content tells them from others that this provider gives: their text, or the version
     *     that a control plane has named
     */
    record Fresh(Settings settings, String content, Origin origin) implements Given {}

    /** The same as what is in force, and nothing is wrong with it. */
    record InForce() implements Given {}

    /** Nothing that has not been given before. */
    record Nothing() implements Given {}

    /**
     * No settings.
     *
     * @param line what is wrong and where, beginning with the provider's name; no secrets
     */
    record Problem(String line) implements Given {}
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.identity.IdentityCheck;
import io.inboard.settings.source.Loaded;
import io.inboard.settings.source.SettingsStatus;
import io.inboard.settings.source.SettingsWatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code INBOARD_STARTUP=required}: whether this JVM may start at all. It may not without settings
 * that can be read and are valid (a copy kept on disk is not what was asked for), nor without an
 * identity if one is configured.
 */
final class StartRules {
  /** EX_CONFIG of sysexits.h. */
  static final int EXIT = 78;

  private StartRules() {}

  /**
   * Whether the settings are required.
   *
   * @throws IllegalArgumentException when something else is asked for, which nobody can guess
   */
  static boolean required(UnaryOperator<String> property, Map<String, String> environment) {
    String word = property.apply("inboard.startup");
    if (word == null || word.isBlank()) {
      word = environment.getOrDefault("INBOARD_STARTUP", "");
    }
    return switch (word.strip()) {
      case "required" -> true;
      case "", "optional" -> false;
      default ->
          throw new IllegalArgumentException(
              "INBOARD_STARTUP (or -Dinboard.startup) must be 'required' or 'optional'");
    };
  }

  /** Why this JVM may not start; empty if it may. */
  static Optional<String> refusal(Loaded loaded, SettingsStatus status) {
    if (loaded.origin() != Loaded.Origin.SOURCE) {
      return Optional.of(
          status
              .lastError()
              .map(problem -> "settings " + problem)
              .orElse(
                  "there are no settings: neither an argument, nor inboard.config,"
                      + " INBOARD_CONFIG or ./inboard.yaml"));
    }
    List<String> ofIdentity = IdentityCheck.problems(loaded.settings().identity());
    return ofIdentity.isEmpty() ? Optional.empty() : Optional.of("identity: " + ofIdentity.get(0));
  }

  /** Keeps back what a start says until it is known whether there is one. */
  static final class HeldVoice implements SettingsWatch.Voice {
    private final SettingsWatch.Voice voice;
    private final List<String> held = new ArrayList<>();
    private boolean holding = true;

    HeldVoice(SettingsWatch.Voice voice) {
      this.voice = voice;
    }

    /** Says what was kept back, and keeps nothing back from now on. */
    void release() {
      holding = false;
      held.forEach(voice::warn);
      held.clear();
    }

    @Override
    public void info(String line) {
      voice.info(line);
    }

    @Override
    public void warn(String line) {
      if (holding) {
        held.add(line);
      } else {
        voice.warn(line);
      }
    }
  }
}

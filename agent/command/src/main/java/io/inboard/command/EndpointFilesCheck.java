// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.settings.DestinationSettings;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Settings;
import io.inboard.settings.document.Problem;
import io.inboard.settings.reading.EndpointsReader;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.source.SettingsSource.Answer;
import io.inboard.settings.source.TextFile;
import java.io.File;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.Set;

/** The files of endpoints that settings name, for the command {@code check}. */
final class EndpointFilesCheck {
  private int endpoints;
  private boolean good = true;

  private EndpointFilesCheck() {}

  /** Reads them; says what is wrong, each file once. */
  static EndpointFilesCheck of(Settings settings, PrintWriter out) {
    EndpointFilesCheck check = new EndpointFilesCheck();
    Set<String> paths = new LinkedHashSet<>();
    for (DestinationSettings destination : settings.destinations()) {
      if (destination.endpoints() instanceof EndpointSettings.FromFile file) {
        paths.add(file.path());
      }
    }
    paths.forEach(path -> check.read(path, out));
    return check;
  }

  private void read(String path, PrintWriter out) {
    Answer answer = new TextFile(new File(path), "endpoints.yaml", "so many are none").read();
    if (answer instanceof Answer.Failed failed) {
      // Whatever writes it may come later; until then calls are refused.
      out.println(path + ": warning: " + failed.problem());
    } else if (answer instanceof Answer.Text text) {
      try {
        endpoints += EndpointsReader.read(text.text(), path).size();
      } catch (SettingsException e) {
        good = false;
        for (Problem problem : e.problems()) {
          out.println(path + (problem.line() == 0 ? ": " : ":") + problem);
        }
      }
    }
  }

  /** In all files together. */
  int endpoints() {
    return endpoints;
  }

  /** Whether no file has a mistake in it. */
  boolean good() {
    return good;
  }
}

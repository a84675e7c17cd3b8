// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.identity.IdentityCheck;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.Settings;
import io.inboard.settings.UnreachablePorts;
import io.inboard.settings.document.Problem;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.SettingsSource;
import java.io.File;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code check FILE_OR_URL}: every problem on a line of its own, {@code file:line:column path:
 * message (hint)}, which editors and CI understand; exit code 0 or 1.
 */
@Command(
    name = "check",
    description = "Validates settings: prints every error with line, path and a hint.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE_OR_URL", description = "settings, YAML or JSON")
  private String settings;

  @Spec private CommandSpec spec;

  private final Map<String, String> environment;

  CheckCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    SettingsReader reader = new SettingsReader(environment, "");
    reader.warnings().forEach(w -> spec.commandLine().getErr().println("warning: " + w));
    SettingsSource source = SettingsSource.of(settings, new File("").getAbsoluteFile());
    try {
      String text = SettingsSource.text(source);
      Settings read = SettingsSource.read(source, reader.relativeTo(source.directory()), text);
      if (reader.saysNothing(text, source.name())) {
        out.println(
            source.name() + ": is empty; begin with a key such as 'service:' or 'destinations:'");
        return 1;
      }
      List<IdentityCheck.Finding> ofIdentity = IdentityCheck.findings(read.identity());
      ofIdentity.forEach(p -> out.println(located(p.key(), p.text(), source, text)));
      IdentityCheck.warnings(read.identity())
          .forEach(w -> out.println(located(w.key(), "warning: " + w.text(), source, text)));
      UnreachablePorts.warnings(read.inbound())
          .forEach(w -> out.println(source.name() + ": inbound: warning: " + w));
      EndpointFilesCheck files = EndpointFilesCheck.of(read, out);
      boolean good = ofIdentity.isEmpty() && files.good();
      if (good) {
        out.println(source.name() + ": OK (" + summary(read, files.endpoints()) + ")");
      }
      return good ? 0 : 1;
    } catch (SettingsException e) {
      for (Problem problem : e.problems()) {
        out.println(source.name() + (problem.line() == 0 ? ": " : ":") + problem);
      }
      return 1;
    }
  }

  /** As the problems of the settings look: with the line of the file's key. */
  private static String located(String key, String problem, SettingsSource source, String text) {
    SettingsReader.Place place = SettingsReader.place(text, source.name(), key);
    return source.name() + ":" + new Problem(key, place.line(), place.column(), problem, "");
  }

  private static String summary(Settings settings, int inFiles) {
    int endpoints = inFiles;
    for (DestinationSettings destination : settings.destinations()) {
      endpoints += destination.listed().size();
    }
    return count(settings.destinations().size(), "destination")
        + ", "
        + count(endpoints, "endpoint")
        + ", inbound "
        + settings.inbound().mtls()
        + (settings.identity().present() ? ", with an identity" : ", without an identity")
        + (settings.enabled() ? "" : ", DISABLED");
  }

  private static String count(int n, String what) {
    return n + " " + what + (n == 1 ? "" : "s");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The front taken apart, with an AppCDS archive made by a run without any agent, as Spring Boot's
 * documentation recommends it for fast starts.
 */
final class Archive {
  private Archive() {}

  /** The same site, whose front starts from the archive. */
  static Site of(Site site) {
    Path directory = site.work().resolve("archive");
    String packed = site.program(Role.FRONT).get(1);
    String jar = directory.resolve(Path.of(packed).getFileName()).toString();
    String archive = site.work().resolve("app.jsa").toString();
    String java = site.java().toString();
    run(
        site,
        List.of(
            java,
            "-Djarmode=tools",
            "-jar",
            packed,
            "extract",
            "--force",
            "--destination",
            directory.toString()));
    // Ends by itself when everything is loaded, before it listens.
    run(
        site,
        List.of(
            java,
            "-XX:ArchiveClassesAtExit=" + archive,
            "-Dspring.context.exit=onRefresh",
            "-jar",
            jar));
    return site.withFront(List.of("-XX:SharedArchiveFile=" + archive, "-jar", jar));
  }

  private static void run(Site site, List<String> command) {
    Path log = site.work().resolve("archive.log");
    try (Child child = new Child("archive", command, Map.of(), log, false)) {
      child.done();
    }
  }
}

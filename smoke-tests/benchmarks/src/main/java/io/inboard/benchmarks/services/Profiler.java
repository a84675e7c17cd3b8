// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;

/**
 * async-profiler in every service under load, from the end of the warm-up on. Of each service it
 * leaves a flame graph, the stacks, and a list of what stands out. It costs something itself: the
 * figures of such a run are no result.
 */
final class Profiler {
  /** What is counted. */
  enum Event {
    /** By timers of threads: needs no right that an ordinary user lacks. */
    CPU("event=ctimer,interval=1ms"),
    /** Bytes, by the samples of the JVM's own allocation of buffers for threads. */
    ALLOC("event=alloc,alloc=64k");

    private final String words;

    Event(String words) {
      this.words = words;
    }
  }

  private final Site site;
  private final Event event;
  private final Path library;
  private final Path out;

  /**
   * @param jar of async-profiler, with its libraries in it
   * @param out directory of what it leaves
   */
  Profiler(Site site, Event event, Path jar, Path out) {
    this.site = site;
    this.event = event;
    this.out = out;
    this.library = extracted(jar, site.work().resolve("libasyncProfiler.so"));
  }

  private static Path extracted(Path jar, Path library) {
    String system = System.getProperty("os.name").startsWith("Mac") ? "macos" : "linux-";
    String processor = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64";
    String name = system + (system.equals("macos") ? "" : processor) + "/libasyncProfiler.so";
    try (JarFile file = new JarFile(jar.toFile());
        InputStream in = file.getInputStream(file.getEntry(name))) {
      Files.copy(in, library, StandardCopyOption.REPLACE_EXISTING);
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void start(List<Pair> pairs) {
    pairs.forEach(pair -> pair.services().forEach(s -> tell(s, "start," + event.words)));
    Progress.say("profiling " + event.name().toLowerCase(Locale.ROOT));
  }

  void stop(List<Pair> pairs) {
    try {
      Files.createDirectories(out);
      for (Pair pair : pairs) {
        for (Service service : pair.services()) {
          String name = service + "-" + event.name().toLowerCase(Locale.ROOT);
          Path stacks = out.resolve(name + ".collapsed");
          tell(service, "dump,collapsed,total,file=" + stacks);
          tell(service, "stop,flamegraph,total,file=" + out.resolve(name + ".html"));
          Files.writeString(out.resolve(name + ".txt"), Hot.of(Files.readAllLines(stacks)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Progress.say("flame graphs (.html), stacks (.collapsed) and what stands out (.txt): " + out);
  }

  private void tell(Service service, String order) {
    Path log = site.work().resolve("profiler.log");
    List<String> command =
        List.of(
            site.tool("jcmd").toString(),
            "" + service.process().pid(),
            "JVMTI.agent_load",
            library.toString(),
            // In quotes, since jcmd itself would take what has an equals sign for one of its own.
            '"' + order + '"');
    try {
      Process jcmd =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      if (jcmd.waitFor() != 0 || !Files.readString(log).strip().endsWith("return code: 0")) {
        throw new Trouble(
            "async-profiler refuses '"
                + order
                + "':\n"
                + Files.readString(log, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("interrupted", e);
    }
  }
}

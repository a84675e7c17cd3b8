// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import io.inboard.weave.Library;
import io.inboard.weave.Member;
import io.inboard.weave.Unit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** What both agents weave: the hooks of Inboard's libraries, as a file in either agent's jar. */
final class HookList {
  static final String FILE = "hooks.list";

  private HookList() {}

  /**
   * One hook.
   *
   * @param parameters how many parameters the method has; -1: any number
   */
  record Hook(String className, String method, int parameters) {}

  /** All hooks around methods, of every library on the class path; a line each. */
  static String text() {
    List<String> lines = new ArrayList<>();
    for (Library library : ServiceLoader.load(Library.class)) {
      for (Unit.Hook hook : library.unit().hooks()) {
        Member.Method method = hook.method();
        // In a constructor there is no enter: another advice than that of all others.
        if (hook.kind() == Unit.Kind.AROUND && !method.name().equals("<init>")) {
          int parameters = method.parameterTypes().map(List::size).orElse(method.parameterCount());
          for (String name : hook.classNames()) {
            lines.add(name + " " + method.name() + " " + parameters);
          }
        }
      }
    }
    return String.join("\n", lines.stream().distinct().sorted().toList()) + "\n";
  }

  /** The file in the agent's jar, by class. */
  static Map<String, List<Hook>> read() {
    Map<String, List<Hook>> hooks = new TreeMap<>();
    try (InputStream file = ClassLoader.getSystemResourceAsStream(FILE)) {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        List<Hook> known = hooks.get(words[0]);
        if (known == null) {
          known = new ArrayList<>(2);
          hooks.put(words[0], known);
        }
        known.add(new Hook(words[0], words[1], Integer.parseInt(words[2])));
      }
      return hooks;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

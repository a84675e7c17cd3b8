// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.command.AttachedJvm.AttachException;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks at a process before anything touches it. The attach mechanism begins with SIGQUIT, which
 * ends every process that does not expect it: whatever is not certain to be a JVM that does is left
 * alone. On Linux by {@code /proc}; elsewhere by what the JVM itself leaves for tools (hsperfdata).
 */
final class LocalProcess {
  private static final File PROC = new File("/proc");

  /** SIGQUIT is 3; bit 0 of the mask is signal 1. */
  private static final long SIGQUIT = 1L << 2;

  private final File proc;
  private final String pid;

  private LocalProcess(File proc, String pid) {
    this.proc = proc;
    this.pid = pid;
  }

  /**
   * Returns if the process is a JVM that this one may ask; sends it nothing.
   *
   * @throws AttachException why it is not; the message says what to do
   */
  static void mustBeAskable(String pid) throws AttachException {
    mustBeAskable(PROC, pid);
  }

  static void mustBeAskable(File proc, String pid) throws AttachException {
    if (!pid.matches("[1-9][0-9]{0,9}")) {
      throw new AttachException(
          "\"" + pid + "\" is no process id: a number, as ps or jps prints it, is expected");
    }
    LocalProcess process = new LocalProcess(proc, pid);
    if (new File(proc, "self/status").exists()) {
      process.look();
    } else {
      process.lookElsewhere();
    }
  }

  private void look() throws AttachException {
    if (!new File(proc, pid).isDirectory()) {
      throw new AttachException("there is no process " + pid);
    }
    Map<String, String[]> status = status(pid);
    String leader = value(status, "Tgid", 0);
    if (!leader.isEmpty() && !leader.equals(pid)) {
      throw new AttachException(pid + " is a thread of process " + leader + "; ask that one");
    }
    String state = value(status, "State", 0);
    if (state.equals("Z") || state.equals("X")) {
      throw new AttachException("process " + pid + " has ended");
    }
    Map<String, String[]> own = status("self");
    String uid = value(own, "Uid", 1);
    String owner = value(status, "Uid", 1);
    if (!uid.equals("0") && !uid.equals(owner)) {
      throw left("belongs to another user (uid " + owner + "): run the command as that user");
    }
    if (!namespace(pid).equals(namespace("self"))
        || all(status, "NSpid").length != all(own, "NSpid").length) {
      throw left("runs in another container: run the command in there (docker exec, kubectl exec)");
    }
    if (!hasLibjvm()) {
      throw left("is no JVM");
    }
    if (state.equals("T") || state.equals("t")) {
      throw left("is stopped (SIGSTOP or a debugger) and cannot answer");
    }
    List<String> arguments = arguments();
    if (arguments.contains("-XX:+DisableAttachMechanism")) {
      throw left("runs with -XX:+DisableAttachMechanism, and so cannot be asked");
    }
    if (!catchesSigquit(status) && !attachedBefore()) {
      throw left(
          arguments.contains("-Xrs")
              ? "runs with -Xrs: being asked would end it"
              : "is a JVM that has only just started; ask again");
    }
  }

  private AttachException left(String why) {
    return new AttachException("process " + pid + " " + why + " (it was left alone)");
  }

  private static boolean catchesSigquit(Map<String, String[]> status) {
    try {
      return (Long.parseUnsignedLong(value(status, "SigCgt", 0), 16) & SIGQUIT) != 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** The JVM listens already, so that no signal is needed. */
  private boolean attachedBefore() {
    return new File(proc, pid + "/root/tmp/.java_pid" + pid).exists();
  }

  private boolean hasLibjvm() throws AttachException {
    try (BufferedReader maps = reader(new File(proc, pid + "/maps"))) {
      for (String line = maps.readLine(); line != null; line = maps.readLine()) {
        if (line.endsWith("/libjvm.so")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw left("cannot be looked at (" + e.getMessage() + ")");
    }
  }

  private List<String> arguments() {
    try {
      String line =
          Files.readString(new File(proc, pid + "/cmdline").toPath(), StandardCharsets.ISO_8859_1);
      return List.of(line.split("\0"));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Empty where the system does not tell. */
  private String namespace(String process) {
    try {
      return Files.readSymbolicLink(new File(proc, process + "/ns/pid").toPath()).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  private Map<String, String[]> status(String process) throws AttachException {
    Map<String, String[]> fields = new HashMap<>();
    try (BufferedReader lines = reader(new File(proc, process + "/status"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int colon = line.indexOf(':');
        if (colon > 0) {
          fields.put(line.substring(0, colon), line.substring(colon + 1).strip().split("\\s+"));
        }
      }
      return fields;
    } catch (IOException e) {
      throw new AttachException("there is no process " + pid);
    }
  }

  private static BufferedReader reader(File file) throws IOException {
    return new BufferedReader(
        new InputStreamReader(new FileInputStream(file), StandardCharsets.ISO_8859_1));
  }

  private static String[] all(Map<String, String[]> status, String field) {
    return status.getOrDefault(field, new String[0]);
  }

  private static String value(Map<String, String[]> status, String field, int index) {
    String[] values = all(status, field);
    return index < values.length ? values[index] : "";
  }

  /** Without {@code /proc}: a JVM leaves a file for tools, unless it is told not to. */
  private void lookElsewhere() throws AttachException {
    if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
      throw new AttachException("there is no process " + pid);
    }
    File[] users =
        new File(System.getProperty("java.io.tmpdir"))
            .listFiles((directory, name) -> name.startsWith("hsperfdata_"));
    for (File user : users == null ? new File[0] : users) {
      if (new File(user, pid).exists()) {
        return;
      }
    }
    throw left("is no JVM of this user, as far as can be told");
  }
}

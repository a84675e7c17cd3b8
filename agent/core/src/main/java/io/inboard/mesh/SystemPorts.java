// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The ports that this process listens on, as Linux tells it (proc(5)); none on other systems. Also
 * those that native code has opened.
 */
final class SystemPorts implements Supplier<List<InetSocketAddress>> {
  private static final String LISTENING = "0A";

  @Override
  public List<InetSocketAddress> get() {
    return listening(Path.of("/proc/self"));
  }

  /**
   * @param process the directory of a process in /proc
   */
  static List<InetSocketAddress> listening(Path process) {
    try {
      Set<String> inodes = sockets(process.resolve("fd"));
      List<InetSocketAddress> ports = new ArrayList<>();
      read(process.resolve("net/tcp"), inodes, ports);
      read(process.resolve("net/tcp6"), inodes, ports);
      return ports;
    } catch (IOException | RuntimeException e) {
      return List.of(); // Another system, or a sandbox.
    }
  }

  /** The inodes of the sockets among the open files. */
  private static Set<String> sockets(Path descriptors) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(descriptors)) {
      for (Path file : files) {
        try {
          String target = Files.readSymbolicLink(file).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (IOException closed) {
          // Since the directory was read.
        }
      }
    }
    return inodes;
  }

  /** {@code sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...} */
  private static void read(Path table, Set<String> inodes, List<InetSocketAddress> to)
      throws IOException {
    if (!Files.isReadable(table)) {
      return;
    }
    for (String line : Files.readAllLines(table)) {
      String[] columns = line.strip().split("\\s+");
      if (columns.length > 9 && columns[3].equals(LISTENING) && inodes.contains(columns[9])) {
        to.add(address(columns[1]));
      }
    }
  }

  /** Words of four bytes in the order of the processor, and the port in that of the network. */
  private static InetSocketAddress address(String hex) throws IOException {
    int colon = hex.indexOf(':');
    byte[] bytes = new byte[colon / 2];
    for (int i = 0; i < bytes.length; i++) {
      int from = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? i ^ 3 : i;
      bytes[i] = (byte) Integer.parseInt(hex.substring(2 * from, 2 * from + 2), 16);
    }
    return new InetSocketAddress(
        InetAddress.getByAddress(bytes), Integer.parseInt(hex.substring(colon + 1), 16));
  }
}

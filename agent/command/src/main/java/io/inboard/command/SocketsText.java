// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static io.inboard.command.StatusLines.count;

/** The listening ports, and the libraries that no hook knows, as lines of {@code status}. */
final class SocketsText {
  private SocketsText() {}

  static void write(JsonTree sockets, StatusLines out) {
    for (JsonTree port : sockets.get("listening").elements()) {
      String address = port.get("address").text();
      out.add(
          13,
          "listening    %s:%s, %s; %s",
          address.contains(":") ? "[" + address + "]" : address,
          port.get("port").text(),
          port.get("treatment").text(),
          port.get("server").text());
    }
    for (JsonTree seen : sockets.get("unmeshed").elements()) {
      out.add(
          13,
          "unmeshed     %s %s %s, %s: %s",
          seen.get("role").text(),
          seen.get("where").text(),
          seen.get("outcome").text(),
          count(seen.get("count"), "time"),
          seen.get("library").text());
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.plain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Needs java.base alone. Argument: port; answers every connection with one line. */
public final class BareService {
  private BareService() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    try (ServerSocket server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
      System.out.println("bare listens on " + port);
      while (true) {
        try (Socket socket = server.accept()) {
          socket.getInputStream().read(new byte[8192]);
          socket
              .getOutputStream()
              .write(
                  "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbare"
                      .getBytes(UTF_8));
        }
      }
    }
  }
}

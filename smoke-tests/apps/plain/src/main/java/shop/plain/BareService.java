// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.plain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/**
 * Needs java.base alone, of Java 8 or later. Argument: port. Answers {@code bare}; to {@code
 * /call/URL} what that URL answers to HttpURLConnection.
 */
public final class BareService {
  private BareService() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    try (ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"))) {
      System.out.println("bare listens on " + port);
      while (true) {
        try (Socket socket = server.accept()) {
          String line =
              new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
          byte[] body = answer(line == null ? "" : line).getBytes(UTF_8);
          String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length;
          socket.getOutputStream().write((head + "\r\n\r\n").getBytes(UTF_8));
          socket.getOutputStream().write(body);
        }
      }
    }
  }

  private static String answer(String requestLine) {
    String[] words = requestLine.split(" ");
    if (words.length < 2 || !words[1].startsWith("/call/")) {
      return "bare";
    }
    try {
      URI uri = URI.create(words[1].substring("/call/".length()));
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      try (InputStream in = connection.getInputStream()) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
          all.write(b);
        }
        return new String(all.toByteArray(), UTF_8);
      }
    } catch (IOException e) {
      return e.toString();
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Where to connect for an IP address in text. Nothing is looked up here. */
public final class Literals {
  private Literals() {}

  /**
   * What a library connects to.
   *
   * @param logicalHost the host name that the returned address carries, so that no reverse look-up
   *     is made for it
   * @param literal see {@link io.inboard.settings.Instance#literal}
   * @return unresolved if the text is no address: connecting then fails as the library's connect
   *     fails
   */
  public static InetSocketAddress at(String logicalHost, String literal, int port) {
    try {
      byte[] bytes =
          literal.indexOf(':') >= 0
              ? InetAddress.getByName(literal).getAddress() // With colons it is never looked up.
              : ipVersion4(literal);
      return new InetSocketAddress(InetAddress.getByAddress(logicalHost, bytes), port);
    } catch (UnknownHostException | NumberFormatException e) {
      return InetSocketAddress.createUnresolved(logicalHost, port);
    }
  }

  private static byte[] ipVersion4(String text) throws UnknownHostException {
    String[] numbers = text.split("\\.", -1);
    if (numbers.length != 4) {
      throw new UnknownHostException(text);
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      bytes[i] = (byte) Integer.parseInt(numbers[i]);
    }
    return bytes;
  }
}

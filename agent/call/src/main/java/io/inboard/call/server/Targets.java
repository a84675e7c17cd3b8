// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Targets of requests as they came, or would have come. */
public final class Targets {
  /** What a path is made of and means nothing else in a target; RFC 3986 section 3.3. */
  private static final String PLAIN = "/-._~!$&'()*+,=:@";

  /** What is left as it is in a path that may have codes and parameters already. */
  private static final String SENT = PLAIN + "%;?#\\[]\"<>^`{|}";

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Targets() {}

  /**
   * The path of a target, without scheme and host; characters that no target can have as they are
   * become codes.
   *
   * @param uri as the server has it; may be null
   * @param hasHost whether it may begin with scheme and host
   */
  public static String path(String uri, boolean hasHost) {
    if (uri == null || uri.isEmpty()) {
      return "/";
    }
    int host = hasHost ? uri.indexOf("://") : -1;
    int start = host < 0 ? 0 : uri.indexOf('/', host + "://".length());
    if (start < 0) {
      return "/";
    }
    String path = start == 0 ? uri : uri.substring(start);
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) <= ' ' || path.charAt(i) > '~') {
        return encode(path, SENT);
      }
    }
    return path;
  }

  /** Where a path ends to somebody who takes it for a target. */
  public static int end(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '?' || path.charAt(i) == '#') {
        return i;
      }
    }
    return path.length();
  }

  /** A path that was decoded, undecoded again: what is left in it are characters, not codes. */
  public static String encode(String decoded) {
    return encode(decoded, PLAIN);
  }

  private static String encode(String path, String plain) {
    StringBuilder encoded = new StringBuilder(path.length() + 16);
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean alphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (alphanumeric || plain.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HEX.toHexDigits(b));
      }
    }
    return encoded.toString();
  }
}

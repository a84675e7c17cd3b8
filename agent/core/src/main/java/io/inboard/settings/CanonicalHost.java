// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.net.IDN;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The one form in which hosts are compared: two spellings that lead to the same place have the same
 * form, or a rule for one of them would not hold for the other. What is compared with it: the hosts
 * of destinations, of calls, and of connections.
 *
 * <ul>
 *   <li>A name is in lower case, without the dot of an absolute name, its labels in ASCII (RFC
 *       5891): {@code Pay.} is {@code pay}, {@code CAFÉ.shop} is {@code xn--caf-dma.shop}.
 *   <li>An IPv4 address is four decimal numbers. The JDK (and, for hexadecimal, the C library that
 *       it asks) also reads {@code 127.1}, {@code 0x7f.1} and {@code 2130706433}.
 *   <li>An IPv6 address is as RFC 5952 writes it, without brackets and zone; one that maps an IPv4
 *       address is that address, as for the JDK.
 * </ul>
 */
public final class CanonicalHost {
  private static final int GROUPS = 8;

  private CanonicalHost() {}

  /**
   * The form of a host. One that has it already is given back as it is: nothing is allocated.
   *
   * @param host as in a URL, with or without brackets; one that is neither a name nor an address
   *     comes back in lower case
   */
  public static String of(String host) {
    return isPlainName(host) || isPlainVersion4(host) ? host : slow(host);
  }

  /** The form of a host that may be {@code *.suffix}. */
  public static String ofPattern(String host) {
    return host.startsWith("*.") ? "*." + of(host.substring(2)) : of(host);
  }

  /** A name in lower case whose last label begins with a letter, which no address has. */
  private static boolean isPlainName(String host) {
    int length = host.length();
    boolean letterFirst = false;
    boolean labelBegins = true;
    for (int i = 0; i < length; i++) {
      char c = host.charAt(i);
      if (c >= 'a' && c <= 'z') {
        letterFirst |= labelBegins;
        labelBegins = false;
      } else if (c == '.') {
        if (labelBegins) {
          return false;
        }
        letterFirst = false;
        labelBegins = true;
      } else if ((c >= '0' && c <= '9') || c == '-' || c == '_') {
        labelBegins = false;
      } else {
        return false;
      }
    }
    return letterFirst;
  }

  /** Four decimal numbers without leading zeros. */
  private static boolean isPlainVersion4(String host) {
    int numbers = 1;
    int digits = 0;
    int value = 0;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == '.' && digits > 0) {
        numbers++;
        digits = 0;
        value = 0;
      } else if (c >= '0' && c <= '9' && (digits == 0 || value > 0)) {
        digits++;
        value = 10 * value + c - '0';
        if (value > 255) {
          return false;
        }
      } else {
        return false;
      }
    }
    return numbers == 4 && digits > 0;
  }

  private static String slow(String host) {
    String name = inAscii(host).toLowerCase(Locale.ROOT);
    if (name.startsWith("[") && name.endsWith("]")) {
      name = name.substring(1, name.length() - 1);
    }
    if (name.indexOf(':') >= 0) {
      return v6(name).orElse(name);
    }
    int end = name.length();
    while (end > 1 && name.charAt(end - 1) == '.') {
      end--;
    }
    name = name.substring(0, end);
    return v4(name).map(CanonicalHost::dotted).orElse(name);
  }

  private static String inAscii(String host) {
    for (int i = 0; i < host.length(); i++) {
      if (host.charAt(i) > 0x7f) {
        try {
          return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
          return host; // No resolver accepts it either.
        }
      }
    }
    return host;
  }

  /** One to four numbers, of which the last one fills what is left (inet_aton). */
  private static Optional<Long> v4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length > 4) {
      return Optional.empty();
    }
    long address = 0;
    for (int i = 0; i < parts.length; i++) {
      int bytes = i < parts.length - 1 ? 1 : 5 - parts.length;
      long number = number(parts[i]);
      if (number < 0 || number >= 1L << 8 * bytes) {
        return Optional.empty();
      }
      address = address << 8 * bytes | number;
    }
    return Optional.of(address);
  }

  /** Decimal also with leading zeros, as the JDK has it; or hexadecimal. -1: no number. */
  private static long number(String text) {
    boolean hex = text.startsWith("0x");
    String digits = hex ? text.substring(2) : text;
    if (digits.isEmpty() || digits.length() > 12) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      int digit = c > 0x7f ? -1 : Character.digit(c, hex ? 16 : 10);
      if (digit < 0) {
        return -1;
      }
      number = number * (hex ? 16 : 10) + digit;
    }
    return number;
  }

  private static String dotted(long v4) {
    return (v4 >> 24 & 255) + "." + (v4 >> 16 & 255) + "." + (v4 >> 8 & 255) + "." + (v4 & 255);
  }

  /** The eight groups of an IPv6 address; empty if it is none. */
  private static Optional<String> v6(String text) {
    int zone = text.indexOf('%');
    String address = zone < 0 ? text : text.substring(0, zone);
    int gap = address.indexOf("::");
    int[] left = groups(gap < 0 ? address : address.substring(0, gap), gap < 0);
    int[] right = gap < 0 ? new int[0] : groups(address.substring(gap + 2), true);
    if (left == null || right == null) {
      return Optional.empty();
    }
    int missing = GROUPS - left.length - right.length;
    if (gap < 0 ? missing != 0 : missing < 1) {
      return Optional.empty();
    }
    int[] groups = Arrays.copyOf(left, GROUPS);
    System.arraycopy(right, 0, groups, GROUPS - right.length, right.length);
    return Optional.of(shown(groups));
  }

  private static String shown(int[] groups) {
    boolean mapped = groups[5] == 0xffff;
    for (int i = 0; i < 5; i++) {
      mapped &= groups[i] == 0;
    }
    if (mapped) {
      return dotted((long) groups[6] << 16 | groups[7]);
    }
    int from = longestZeros(groups);
    int to = from;
    while (to < GROUPS && groups[to] == 0) {
      to++;
    }
    if (to - from < 2) {
      return joined(groups, 0, GROUPS);
    }
    return joined(groups, 0, from) + "::" + joined(groups, to, GROUPS);
  }

  /** Where the longest run of zeros begins, the first of equals; where there is none, anywhere. */
  private static int longestZeros(int[] groups) {
    int longest = 0;
    int at = 0;
    int run = 0;
    for (int i = 0; i < GROUPS; i++) {
      run = groups[i] == 0 ? run + 1 : 0;
      if (run > longest) {
        longest = run;
        at = i + 1 - run;
      }
    }
    return at;
  }

  private static String joined(int[] groups, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }

  /**
   * @param last whether these are the last of the address, which may end as IPv4
   * @return null if they are none
   */
  private static int[] groups(String text, boolean last) {
    if (text.isEmpty()) {
      return new int[0];
    }
    String[] parts = text.split(":", -1);
    int count = parts.length;
    boolean dots = last && parts[count - 1].indexOf('.') >= 0;
    int[] groups = new int[dots ? count + 1 : count];
    if (groups.length > GROUPS) {
      return null;
    }
    for (int i = 0; i < (dots ? count - 1 : count); i++) {
      groups[i] = group(parts[i]);
      if (groups[i] < 0) {
        return null;
      }
    }
    if (dots) {
      String end = parts[count - 1];
      Optional<Long> v4 = end.split("\\.", -1).length == 4 ? v4(end) : Optional.empty();
      if (v4.isEmpty()) {
        return null;
      }
      groups[count - 1] = (int) (v4.get() >> 16);
      groups[count] = (int) (v4.get() & 0xffff);
    }
    return groups;
  }

  private static int group(String hex) {
    long number = hex.isEmpty() || hex.length() > 4 ? -1 : number("0x" + hex);
    return (int) number;
  }
}

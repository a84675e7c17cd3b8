// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.plain;

/** Ends at once: by {@code System.exit(3)} with the argument {@code exit}, else as main returns. */
public final class ShortLife {
  private ShortLife() {}

  public static void main(String[] arguments) {
    if (arguments[0].equals("exit")) {
      System.exit(3);
    }
  }
}

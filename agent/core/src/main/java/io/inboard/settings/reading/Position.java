// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

/**
 * Where a value stands: {@code destinations[3].timeout}. Written out when a problem is told, since
 * settings of some megabytes have hundreds of thousands of places and mostly no problem. Immutable.
 *
 * @param outer null for the root
 * @param key of a mapping; null: the item of a list
 * @param item its number from 0, where there is no key
 */
record Position(Position outer, String key, int item) {
  static final Position ROOT = new Position(null, null, 0);

  private static final int LONGEST_KEY = 60;

  Position child(String name) {
    return new Position(this, name, 0);
  }

  Position item(int number) {
    return new Position(this, null, number);
  }

  @Override
  public String toString() {
    if (outer == null) {
      return "";
    }
    String before = outer.toString();
    if (key == null) {
      return before + "[" + item + "]";
    }
    String shown = key.length() > LONGEST_KEY ? key.substring(0, LONGEST_KEY) + "..." : key;
    return before.isEmpty() ? shown : before + "." + shown;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.util.HashMap;
import java.util.Map;

/**
 * What is to be sent, and when.
 *
 * @param url may hold {@code {n}}, the number of the request, and {@code {h}}, of 0 to {@code hosts
 *     - 1} in turn
 * @param rate requests a second
 * @param atMost requests in flight; more are not sent and count as failed
 * @param jitterMillis how far a request is moved from its place, at random
 * @param header of answers, whose values are counted
 */
record Order(
    String id,
    String client,
    String method,
    String url,
    double rate,
    double seconds,
    int atMost,
    int hosts,
    double jitterMillis,
    String header) {
  static Order parse(String line) {
    String[] words = line.strip().split(" ");
    Map<String, String> values = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      String[] sides = words[i].split("=", 2);
      values.put(sides[0], sides[1]);
    }
    return new Order(
        words[0],
        values.getOrDefault("client", "jdk"),
        values.getOrDefault("method", "GET"),
        values.get("url"),
        Double.parseDouble(values.getOrDefault("rate", "1")),
        Double.parseDouble(values.getOrDefault("seconds", "1")),
        Integer.parseInt(values.getOrDefault("atMost", "300")),
        Integer.parseInt(values.getOrDefault("hosts", "1")),
        Double.parseDouble(values.getOrDefault("jitter", "0")),
        values.getOrDefault("header", "-"));
  }

  int requests() {
    return (int) Math.max(1, Math.round(rate * seconds));
  }

  String url(int number) {
    return url.replace("{n}", "" + number).replace("{h}", "" + number % hosts);
  }
}

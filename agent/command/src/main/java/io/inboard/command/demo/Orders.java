// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Places orders at web one after the other, each in a trace of its own, and prints what its spans
 * tell. Ordinary orders are summed up in one line; the others get one each. One thread.
 */
final class Orders {
  private final Stage stage;
  private final Page page;
  private final long deadlineNanos;

  /** Answered, but their spans are not all there, or not yet printed. */
  private final Deque<Order> pending = new ArrayDeque<>();

  private final List<Order> placed = new ArrayList<>();

  /** The first and the last of a row of ordinary orders; 0 for none. */
  private int firstOrdinary;

  private int lastOrdinary;

  Orders(Stage stage, Page page, long deadlineNanos) {
    this.stage = stage;
    this.page = page;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * One order.
   *
   * @param parentId of the span that would be the caller's
   * @param status 0 without an answer
   */
  record Order(int number, String traceId, String parentId, int status, String text, long millis) {
    boolean ok() {
      return status == 200;
    }

    /** Once web's own span is there, those of its attempts are, too: it ends last. */
    boolean told(List<Span> trace) {
      return trace.stream().anyMatch(s -> s.parentId().equals(parentId));
    }
  }

  /** Places one and waits for its answer. */
  Order place() throws DemoException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
    if (left <= 0) {
      throw new DemoException("not done in time; is the machine very busy?");
    }
    String traceId = hex(16);
    String parentId = hex(8);
    int number = placed.size() + 1;
    long start = System.nanoTime();
    UnmeshedCaller.Answer answer =
        UnmeshedCaller.plain(
            stage.web().port(),
            "/order/" + number,
            "00-" + traceId + "-" + parentId + "-01",
            Math.max(1, (int) Math.min(15_000, left)));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    Order order = new Order(number, traceId, parentId, answer.status(), answer.text(), millis);
    placed.add(order);
    pending.add(order);
    return order;
  }

  List<Order> placed() {
    return placed;
  }

  /** Web's attempts to reach payments, in the order of time, when web's spans are there. */
  List<Span> attempts(Order order) {
    return stage.spans().await(order.traceId(), order::told, 3000).stream()
        .filter(s -> s.kind() == Span.CLIENT)
        .sorted(Comparator.comparingLong(Span::startNanos))
        .toList();
  }

  /** Prints the orders whose spans have arrived. */
  void show() {
    while (!pending.isEmpty()
        && pending.peek().told(stage.spans().trace(pending.peek().traceId()))) {
      show(pending.remove());
    }
  }

  /** Waits for the spans of all orders and prints them. */
  void showAll() {
    while (!pending.isEmpty()) {
      show(pending.remove());
    }
    showOrdinary();
  }

  /** Forgets those that are not yet printed. */
  void skip() {
    pending.clear();
  }

  private void show(Order order) {
    List<Span> attempts = attempts(order);
    if (order.ok() && attempts.size() <= 1) {
      firstOrdinary = firstOrdinary == 0 ? order.number() : firstOrdinary;
      lastOrdinary = order.number();
      return;
    }
    showOrdinary();
    List<String> words = new ArrayList<>();
    for (Span attempt : attempts) {
      String endpoint = attempt.get("inboard.endpoint");
      String to = endpoint.isEmpty() ? "nobody" : stage.nameOf(endpoint);
      words.add(to + " " + page.outcome(attempt.outcome()));
    }
    page.row(
        label("order " + order.number())
            + String.join(" " + page.arrow() + " ", words)
            + page.dim("   " + order.millis() + " ms"));
  }

  private void showOrdinary() {
    if (firstOrdinary > 0) {
      boolean one = firstOrdinary == lastOrdinary;
      String which =
          one ? "order " + firstOrdinary : "orders " + firstOrdinary + "-" + lastOrdinary;
      page.row(label(which) + page.good("200") + page.dim(one ? " at once" : " each, at once"));
      firstOrdinary = 0;
    }
  }

  static String label(String text) {
    return String.format("%-14s ", text);
  }

  private static String hex(int bytes) {
    byte[] random = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(random);
    random[0] |= 1; // Ids of zeros only are not valid.
    return HexFormat.of().formatHex(random);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A trace as a tree, a span a line, in the order of time. */
final class TraceTree {
  /**
   * One line.
   *
   * @param label with the tree's branches in front: who, and what
   * @param millis how long, for instance {@code 3.1 ms}
   * @param outcome a status, or why there is none
   * @param peer who the other side proved to be; empty if it did not
   */
  record Row(String label, String millis, String outcome, String peer) {}

  private final List<Span> spans;
  private final Function<String, String> names;
  private final boolean unicode;
  private final List<Row> rows = new ArrayList<>();

  private TraceTree(List<Span> spans, Function<String, String> names, boolean unicode) {
    this.spans = spans.stream().sorted(Comparator.comparingLong(Span::startNanos)).toList();
    this.names = names;
    this.unicode = unicode;
  }

  /**
   * @param spans of one trace; a span whose parent is not among them is a root
   * @param names of endpoints: an instance for an address
   */
  static List<Row> rows(List<Span> spans, Function<String, String> names, boolean unicode) {
    TraceTree tree = new TraceTree(spans, names, unicode);
    Set<String> known = spans.stream().map(Span::spanId).collect(Collectors.toSet());
    for (Span span : tree.spans) {
      if (!known.contains(span.parentId())) {
        tree.add(span, "", "");
      }
    }
    return tree.rows;
  }

  private void add(Span span, String branch, String below) {
    rows.add(
        new Row(branch + label(span), millis(span), span.outcome(), span.get("inboard.peer.id")));
    List<Span> children = spans.stream().filter(s -> s.parentId().equals(span.spanId())).toList();
    for (Span child : children) {
      boolean last = child == children.get(children.size() - 1);
      add(
          child,
          below + (unicode ? (last ? "└─ " : "├─ ") : (last ? "`- " : "|- ")),
          below + (last ? "   " : unicode ? "│  " : "|  "));
    }
  }

  private String label(Span span) {
    if (span.kind() != Span.CLIENT) {
      return span.instance() + "  " + span.get("http.request.method") + " " + span.get("url.path");
    }
    String resend = span.get("http.request.resend_count");
    long attempt = resend.isEmpty() ? 1 : Long.parseLong(resend) + 1;
    String endpoint = span.get("inboard.endpoint");
    return span.instance()
        + "  attempt "
        + attempt
        + (resend.isEmpty() ? "" : " (resend " + resend + ")")
        + (endpoint.isEmpty() ? "" : (unicode ? " → " : " -> ") + names.apply(endpoint));
  }

  private static String millis(Span span) {
    return String.format(Locale.ROOT, "%.1f ms", span.nanos() / 1e6);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The demo, act by act. What it promises and does not see is an error, not a line. One thread. */
public final class Demo {
  /** With the stage's own end it stays below a minute. */
  private static final long LIMIT_SECONDS = 52;

  private final Page page;
  private final MeshStatus status;
  private final String jarPath;
  private final long startNanos = System.nanoTime();
  private final Set<String> toldEjected = new HashSet<>();
  private Stage stage;
  private Orders orders;

  /**
   * @param jarPath the agent's jar
   */
  public Demo(Page page, MeshStatus status, String jarPath) {
    this.page = page;
    this.status = status;
    this.jarPath = jarPath;
  }

  /**
   * Plays it.
   *
   * @param keep afterwards leaves everything running until the process is ended
   * @throws DemoException when something is not as promised
   */
  public void play(boolean keep) throws DemoException, IOException, InterruptedException {
    try (Stage opened = Stage.open(jarPath)) {
      stage = opened;
      Thread last = new Thread(opened::close, "inboard-demo-exit");
      Runtime.getRuntime().addShutdownHook(last);
      try {
        play();
        if (keep) {
          keep();
        }
      } catch (DemoException e) {
        if (!opened.closed()) {
          throw new DemoException(e.getMessage() + opened.lastWords());
        }
        // Ended by a signal, which has taken the services away.
      }
    }
  }

  private void play() throws DemoException, IOException, InterruptedException {
    long deadline = startNanos + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    page.line(page.bold("Inboard: a service mesh inside the JVM, shown on two small services"));
    page.line("");
    page.row(
        page.dim("Starting four JVMs, each with -javaagent:inboard.jar, and nothing else ..."));
    stage.start(deadline);
    orders = new Orders(stage, page, deadline);
    page.line("");
    cast(stage.web(), Stage.WEB_ID);
    for (Sample sample : stage.payments()) {
      cast(sample, Stage.PAYMENTS_ID);
    }
    page.line("");
    long lines = Files.readAllLines(stage.webSettings()).size();
    page.row(
        "The services are plain Java: no library of a mesh, no TLS, no retry. web has orders paid by");
    page.row("  " + page.bold("new URL(\"http://payments:8080/pay/1\").openConnection()"));
    page.row(
        "and no DNS knows that name. The rest is said in its settings, a file of "
            + lines
            + " lines.");
    identities();
    new Strangers(page, stage).play();
    trouble();
    tree();
    live();
    end();
  }

  private void cast(Sample sample, String id) {
    page.row(
        String.format("%-12s pid %-8d 127.0.0.1:%-6d ", sample.name(), sample.pid(), sample.port())
            + page.dim(id));
  }

  // Act 1

  private void identities() throws DemoException {
    page.act("Plain calls become mutual TLS, between identities");
    Orders.Order first = orders.place();
    must(first.ok(), "the first order was answered " + first.status() + ": " + first.text());
    List<Span> trace =
        stage
            .spans()
            .await(
                first.traceId(),
                spans -> first.told(spans) && peer(spans, Span.SERVER, "payments").isPresent(),
                5000);
    Optional<String> seenByWeb = peer(trace, Span.CLIENT, "web");
    Optional<String> seenByPayments = peer(trace, Span.SERVER, "payments");
    page.row(
        Orders.label("order 1")
            + page.outcome("200")
            + " \""
            + first.text()
            + "\""
            + page.dim("   " + first.millis() + " ms, with the first handshake"));
    page.row(
        Orders.label("") + "web was shown       " + page.good(seenByWeb.orElse("no identity")));
    page.row(
        Orders.label("")
            + "payments was shown  "
            + page.good(seenByPayments.orElse("no identity")));
    must(
        seenByWeb.filter(Stage.PAYMENTS_ID::equals).isPresent()
            && seenByPayments.filter(Stage.WEB_ID::equals).isPresent(),
        "the spans of the first order do not show the identities of both sides");
    Map<String, Integer> share = new TreeMap<>();
    for (int i = 0; i < 30; i++) {
      Orders.Order order = orders.place();
      must(order.ok(), "order " + order.number() + " was answered " + order.text());
      share.merge(order.text().replace("paid by ", ""), 1, Integer::sum);
    }
    orders.skip();
    page.line("");
    share.forEach(
        (instance, count) ->
            page.row(
                String.format("%-12s paid %2d of 30  ", instance, count)
                    + page.good((page.unicode() ? "█" : "#").repeat(count))));
    page.notice(
        "Neither service knows of certificates, nor of three instances. Both ends proved who they"
            + " are, and the calls were spread.");
  }

  private static Optional<String> peer(List<Span> trace, int kind, String instance) {
    return trace.stream()
        .filter(s -> s.kind() == kind && s.instance().startsWith(instance))
        .map(s -> s.get("inboard.peer.id"))
        .filter(id -> !id.isEmpty())
        .findFirst();
  }

  // Act 3

  private void trouble() throws DemoException, IOException, InterruptedException {
    page.act("One instance breaks, another one dies; orders go on");
    int from = orders.placed().size();
    traffic(8);
    Sample broken = stage.payments().get(2);
    Sample killed = stage.payments().get(1);
    flush();
    page.event(broken.name() + " begins to answer every request with 503");
    broken.set("maintenance", true);
    traffic(20);
    flush();
    page.event(killed.name() + " (pid " + killed.pid() + ") is killed");
    killed.kill();
    traffic(24);
    flush();
    if (status.reloads(stage.web()).isEmpty()) {
      page.row(page.dim("(ejections are not shown: this runtime has no module jdk.attach)"));
    }
    List<Orders.Order> all = orders.placed().subList(from, orders.placed().size());
    long failed = all.stream().filter(o -> !o.ok()).count();
    long retried = all.stream().filter(o -> orders.attempts(o).size() > 1).count();
    page.notice(
        all.size()
            + " orders, "
            + failed
            + " failed, "
            + retried
            + " took a second attempt at another instance"
            + (toldEjected.isEmpty()
                ? "."
                : "; then the mesh stopped asking "
                    + (toldEjected.size() == 1 ? "the bad one." : "the bad ones.")));
    must(failed == 0, failed + " orders failed");
    must(retried > 0, "no order was retried");
  }

  private void traffic(int count) throws DemoException, InterruptedException {
    for (int i = 0; i < count; i++) {
      orders.place();
      orders.show();
      TimeUnit.MILLISECONDS.sleep(25);
      if (i % 4 == 3) {
        ejections();
      }
    }
  }

  private void flush() {
    orders.showAll();
    ejections();
  }

  private void ejections() {
    for (String address : status.ejected(stage.web())) {
      if (toldEjected.add(address)) {
        orders.showAll();
        page.event(
            "web ejects "
                + stage.nameOf(address)
                + ": 3 failures in a row, so it gets nothing for a minute");
      }
    }
  }

  // Act 4

  private void tree() {
    page.act("One of these orders, as a trace");
    Orders.Order best = null;
    int most = -1;
    for (Orders.Order order : orders.placed()) {
      List<Span> attempts = orders.attempts(order);
      boolean told = attempts.stream().anyMatch(a -> a.outcome().equals("503"));
      int weight = attempts.size() * 2 + (told ? 1 : 0);
      if (weight > most) {
        best = order;
        most = weight;
      }
    }
    Orders.Order order = best;
    long answered =
        orders.attempts(order).stream()
            .filter(a -> !a.get("http.response.status_code").isEmpty())
            .count();
    List<Span> trace =
        stage
            .spans()
            .await(
                order.traceId(),
                spans ->
                    spans.stream()
                            .filter(s -> s.kind() == Span.SERVER && !s.instance().equals("web"))
                            .count()
                        >= answered,
                3000);
    List<TraceTree.Row> rows = TraceTree.rows(trace, stage::nameOf, page.unicode());
    int wide = rows.stream().mapToInt(row -> row.label().length()).max().orElse(0);
    String line = "%-" + Math.max(40, wide) + "s %9s  ";
    page.row(page.dim(String.format(line + "%-4s %s", "trace " + order.traceId(), "", "", "peer")));
    for (TraceTree.Row row : rows) {
      page.row(
          String.format(line, row.label(), row.millis())
              + page.outcome(String.format("%-4s", row.outcome()))
              + " "
              + page.dim(row.peer()));
    }
    page.notice(
        "Every attempt is a span, with its endpoint and its number; a trace of "
            + count(trace.stream().map(Span::instance).distinct().count(), "process", "processes")
            + ", none of which has a tracing library.");
  }

  // Act 5

  private void live() throws DemoException, IOException, InterruptedException {
    page.act("The settings change while everything runs");
    Sample last = stage.payments().get(0);
    Optional<Integer> before = status.reloads(stage.web());
    page.event("two lines more in web's settings:");
    Script.BOUNDS.lines().forEach(line -> page.row("    " + page.good("+ " + line.strip())));
    stage.configure(Script.BOUNDS);
    awaitReload(before);
    page.event(last.name() + " becomes slow: 1.5 s an answer");
    last.set("slow", true);
    orders.skip();
    List<Orders.Order> bad = new ArrayList<>();
    int spared = 0;
    for (int i = 0; i < 12 && spared < 3; i++) {
      Orders.Order order = orders.place();
      bad.add(order);
      spared += order.text().contains("breaker") ? 1 : 0;
      boolean cut = order.text().contains("no response within");
      page.row(
          Orders.label("order " + order.number())
              + page.bad(
                  cut ? "cut at its timeout" : order.ok() ? "200" : "refused, nothing was sent")
              + page.dim("   " + order.millis() + " ms"));
    }
    must(
        bad.stream().anyMatch(o -> o.text().contains("no response within")),
        "no order was cut at its timeout; the last one said: " + bad.get(bad.size() - 1).text());
    Orders.Order refused = bad.get(bad.size() - 1);
    must(
        !refused.ok() && refused.text().contains("breaker"),
        "the breaker did not open: " + refused.text());
    page.row(page.dim("What web caught and answered: \"" + refused.text() + "\""));
    page.event(last.name() + " recovers");
    last.set("slow", false);
    recover();
    page.notice(
        "No restart. Slow calls were cut, then spared altogether, and let through again when they"
            + " were worth it.");
  }

  private void awaitReload(Optional<Integer> before) throws InterruptedException {
    for (int i = 0; i < 40; i++) {
      TimeUnit.MILLISECONDS.sleep(before.isPresent() ? 50 : 25);
      Optional<Integer> now = status.reloads(stage.web());
      if (before.isPresent() && now.isPresent() && now.get() > before.get()) {
        return;
      }
    }
  }

  private void recover() throws DemoException, InterruptedException {
    long start = System.nanoTime();
    int refused = 0;
    Orders.Order order = orders.place();
    while (!order.ok() && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(15)) {
      refused++;
      TimeUnit.MILLISECONDS.sleep(150);
      order = orders.place();
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    page.row(
        Orders.label("order " + order.number())
            + page.outcome(Integer.toString(order.status()))
            + page.dim(
                "   after "
                    + millis
                    + " ms and "
                    + count(refused, "refusal", "refusals")
                    + ": the breaker lets a call try"));
    must(order.ok(), "the breaker did not let a call through again: " + order.text());
    orders.skip();
    for (int i = 0; i < 6; i++) {
      orders.place();
    }
    orders.showAll();
  }

  // The end

  private void end() {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
    page.line("");
    page.line(
        page.bold("Done")
            + " in "
            + seconds
            + " s, with "
            + orders.placed().size()
            + " orders. On a service of yours:");
    page.row("java -javaagent:" + jarPath + "=inboard.yaml -jar app.jar");
  }

  private void keep() throws InterruptedException {
    page.line("");
    page.line(page.bold("Everything keeps running until Ctrl-C:"));
    page.row("an order        curl http://127.0.0.1:" + stage.web().port() + "/order/1");
    page.row(
        "its settings    " + stage.webSettings() + "  (edit it: a change is in force at once)");
    page.row("what web does   java -jar " + jarPath + " status " + stage.web().pid());
    for (Sample sample : stage.payments()) {
      page.row(
          String.format(
              "%-15s %s",
              sample.name(),
              sample.alive()
                  ? "java -jar " + jarPath + " status " + sample.pid()
                  : "killed in act 3"));
    }
    Thread.sleep(Long.MAX_VALUE);
  }

  private static String count(long n, String one, String more) {
    return n + " " + (n == 1 ? one : more);
  }

  /** What was promised must be seen. */
  static void must(boolean seen, String otherwise) throws DemoException {
    if (!seen) {
      throw new DemoException(otherwise);
    }
  }
}

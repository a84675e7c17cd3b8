// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Named;
import io.inboard.contract.WovenJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Virtual threads, in a JVM that has them: this one, or another that is installed beside it. */
class VirtualThreadsTest {
  @Test
  void aVirtualThreadHasTheContextInWhichItWasMade() throws Exception {
    String java = javaWithVirtualThreads();
    if (java.isEmpty()) {
      System.out.println("skipped: no JDK 21 or later beside this one, so no virtual threads");
    }
    Assumptions.assumeFalse(java.isEmpty(), "no JDK with virtual threads is installed");
    Process process =
        new ProcessBuilder(
                java,
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectErrorStream(true)
            .start();
    CompletableFuture<String> output =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
              } catch (IOException e) {
                return e.toString();
              }
            });
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(output.get(20, TimeUnit.SECONDS)).endsWith("all is well\n");
    assertThat(ended).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private static String javaWithVirtualThreads() {
    if (Runtime.version().feature() >= 21) {
      return System.getProperty("java.home") + "/bin/java";
    }
    List<String> homes = new ArrayList<>();
    System.getenv()
        .forEach(
            (name, value) -> {
              if (name.matches("JAVA_HOME_(2[1-9]|[3-9][0-9])(_.*)?")) {
                homes.add(value);
              }
            });
    File[] installed = new File("/usr/lib/jvm").listFiles();
    for (File home : installed == null ? new File[0] : installed) {
      if (home.getName().matches(".*\\b(2[1-9]|[3-9][0-9])\\b.*")) {
        homes.add(home.getPath());
      }
    }
    return homes.stream()
        .map(home -> home + "/bin/java")
        .filter(java -> new File(java).canExecute())
        .findFirst()
        .orElse("");
  }

  /** Runs on JDK 21 and later, compiled for 17: so by reflection. */
  public static final class Main {
    private Main() {}

    /** Prints {@code all is well}, or a stack trace. */
    public static void main(String[] args) throws Exception {
      WovenJvm.ensure();
      Named.serve();
      CompletableFuture<String> started = new CompletableFuture<>();
      Named.in("a", () -> start(() -> started.complete(Named.current())));
      check("a", started);
      ExecutorService each =
          (ExecutorService)
              Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      check("b", Named.in("b", () -> each.submit(Named::current)));
      check("-", each.submit(Named::current));
      check(
          "c",
          Named.in(
              "c",
              () ->
                  each.submit(
                      () -> {
                        Thread.sleep(
                            2); // parks: the context belongs to the thread, not its carrier
                        return Named.current();
                      })));
      check("d", Named.in("d", () -> CompletableFuture.supplyAsync(Named::current, each)));
      check("e", Named.in("e", () -> CompletableFuture.supplyAsync(Named::current)));
      manyThatWait(each);
      if (!WovenJvm.takeTroubles().isEmpty()) {
        throw new AssertionError("a hook failed");
      }
      System.out.print("all is well\n");
      System.exit(0);
    }

    /** Thousands that park, wake each other and submit: nothing hangs, nobody sees another's. */
    private static void manyThatWait(ExecutorService each) throws Exception {
      ExecutorService pool = Executors.newScheduledThreadPool(2);
      List<Future<String>> all = new ArrayList<>();
      CountDownLatch go = new CountDownLatch(1);
      for (int i = 0; i < 2000; i++) {
        Callable<String> work =
            () -> {
              go.await();
              String before = Named.current();
              Thread.sleep(1);
              return before + pool.submit(Named::current).get();
            };
        all.add(Named.in("n" + i, () -> each.submit(work)));
      }
      go.countDown();
      for (int i = 0; i < all.size(); i++) {
        check("n" + i + "n" + i, all.get(i));
      }
    }

    private static Object start(Runnable task) throws ReflectiveOperationException {
      return Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
    }

    private static void check(String expected, Future<String> actual) throws Exception {
      String found = actual.get(60, TimeUnit.SECONDS);
      if (!expected.equals(found)) {
        throw new AssertionError("expected " + expected + ", found " + found);
      }
    }
  }
}

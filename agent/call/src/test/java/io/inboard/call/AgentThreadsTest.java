// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.security.ProtectionDomain;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads of ours that start on a thread of the application which has everything to hand down. */
@Timeout(60)
class AgentThreadsTest {
  private static final InheritableThreadLocal<String> HANDED_DOWN = new InheritableThreadLocal<>();

  @Test
  void nothingIsInheritedFromWhoeverCameFirst() throws Exception {
    AtomicReference<String> seen = new AtomicReference<>("not run");
    AtomicReference<Throwable> applications = new AtomicReference<>();
    AtomicReference<Thread> made = new AtomicReference<>();
    ThreadGroup group = new ThreadGroup("hostile");
    ClassLoader loader = new ClassLoader(null) {};
    Thread hostile =
        new Thread(
            group,
            () -> {
              HANDED_DOWN.set("secret");
              Thread.currentThread().setContextClassLoader(loader);
              Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
              made.set(
                  AgentThreads.daemon(
                      "test-hostile",
                      () -> {
                        seen.set(HANDED_DOWN.get());
                        throw new IllegalStateException("ours");
                      }));
            });
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((t, e) -> applications.set(e));
    try {
      hostile.start();
      hostile.join();
      Thread ours = made.get();
      assertThat(ours.isDaemon()).isTrue();
      assertThat(ours.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
      assertThat(ours.getContextClassLoader()).isNotSameAs(loader);
      assertThat(ours.getThreadGroup().getParent()).as("the root").isNull();
      ours.start();
      ours.join();
      assertThat(group.activeCount()).isZero();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(seen.get()).isNull();
    assertThat(applications.get()).as("what the application's handler was told").isNull();
  }

  /** The access control context of a thread names the class loaders of all who called for it. */
  @Test
  void theLoaderOfAnApplicationThatStartedOneOfOursCanBeCollected() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    WeakReference<ClassLoader> application = startedByAnApplication(end);
    try {
      while (application.get() != null) {
        System.gc();
        Thread.sleep(10); // which the time limit interrupts
      }
    } finally {
      end.countDown();
    }
  }

  private static WeakReference<ClassLoader> startedByAnApplication(CountDownLatch end)
      throws Exception {
    ClassLoader loader = new OneClass(AgentThreadsTest.class.getClassLoader());
    Thread ours =
        (Thread)
            loader
                .loadClass(Application.class.getName())
                .getMethod("start", CountDownLatch.class)
                .invoke(null, end);
    assertThat(ours.isAlive()).isTrue();
    return new WeakReference<>(loader);
  }

  /** Loaded a second time, by a loader of its own. */
  public static final class Application {
    private Application() {}

    /** Starts a thread of the agent, which runs code of the agent alone. */
    public static Thread start(CountDownLatch end) {
      Thread thread = AgentThreads.daemon("test-context", new Waits(end));
      thread.start();
      return thread;
    }
  }

  /** Of the agent's loader. */
  public record Waits(CountDownLatch end) implements Runnable {
    @Override
    public void run() {
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static final class OneClass extends ClassLoader {
    OneClass(ClassLoader parent) {
      super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(Application.class.getName())) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        // A domain that names its loader, as that of a web application does.
        return defineClass(
            name, bytes, 0, bytes.length, new ProtectionDomain(null, null, this, null));
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @Test
  void theJdksThreadForDelaysIsStartedByAThreadOfOurs() throws Exception {
    ThreadGroup group = new ThreadGroup("hostile-delays");
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    CountDownLatch delayed = new CountDownLatch(1);
    Thread hostile =
        new Thread(
            group,
            () -> {
              AgentThreads.startDelays();
              CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS, Runnable::run)
                  .execute(delayed::countDown);
            });
    hostile.start();
    hostile.join();
    delayed.await();

    Set<String> inherited =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> !before.contains(t) && t.getThreadGroup() == group)
            .map(Thread::getName)
            .collect(Collectors.toSet());
    assertThat(inherited).isEmpty();
  }

  @Test
  void threadsOfAFactoryAreNumbered() {
    var factory = AgentThreads.factory("test-many");
    assertThat(factory.newThread(() -> {}).getName()).isEqualTo("test-many");
    assertThat(factory.newThread(() -> {}).getName()).isEqualTo("test-many-2");
  }
}

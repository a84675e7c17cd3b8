// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * OpenTelemetry's instruments keep the context class loader that they are registered under; one of
 * an application would be held for as long as the JVM runs.
 */
class ContextClassLoaderTest {
  private final ClassLoader ours = Telemetry.class.getClassLoader();
  private final ClassLoader application = new URLClassLoader(new URL[0], null);
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private final List<ClassLoader> seen = new ArrayList<>();
  private final Telemetry telemetry = Telemetry.of(Given.SERVICE, Given.settings());

  @BeforeEach
  void callFromAnApplication() {
    Thread.currentThread().setContextClassLoader(application);
  }

  @AfterEach
  void close() {
    Thread.currentThread().setContextClassLoader(before);
    telemetry.close(Duration.ZERO);
  }

  @Test
  void instrumentsThatTheFirstCallRegistersDoNotKeepTheApplications() {
    observe();
    Given.firstCall(telemetry);
    assertThat(seen).containsExactly(ours);
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(application);
  }

  @Test
  void instrumentsThatAreAddedLaterDoNotKeepItEither() {
    Given.firstCall(telemetry);
    observe();
    assertThat(seen).containsExactly(ours);
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(application);
  }

  private void observe() {
    telemetry.observe(meter -> seen.add(Thread.currentThread().getContextClassLoader()));
  }
}

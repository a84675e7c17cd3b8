// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.inboard.call.Contexts;
import io.inboard.mesh.CallObserver;
import io.inboard.mesh.MeshOutbound;
import io.inboard.mesh.TlsPlans;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Settings of 5 MB, 1,000 destinations with their endpoints: read, checked and compiled to what
 * serves calls. Once in a JVM that has done nothing before, which is the worst case; and again in
 * the same JVM, as a change while it runs.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Measurement(iterations = 1)
public class SettingsBenchmark extends Microbenchmark {
  private static final int BYTES = 5_000_000;
  private static final int DESTINATIONS = 1_000;

  private String text;
  private final MeshOutbound mesh =
      new MeshOutbound(TlsPlans.NONE, CallObserver.NONE, Contexts.NONE);

  /** The text; nothing of the agent has run. */
  @Setup
  public void write() {
    StringBuilder yaml = new StringBuilder(BYTES + 10_000).append("destinations:\n");
    for (int d = 0; d < DESTINATIONS; d++) {
      yaml.append("- host: service-").append(d).append(".shop.svc.cluster.local\n");
      yaml.append("  timeout: 2s\n");
      yaml.append("  retries: {attempts: 2, perTryTimeout: 500ms}\n");
      yaml.append("  circuitBreaker: {}\n");
      yaml.append("  endpoints:\n");
      int end = (int) ((long) BYTES * (d + 1) / DESTINATIONS);
      for (int e = 0; yaml.length() < end; e++) {
        yaml.append("  - {address: \"10.").append(d / 250).append('.').append(d % 250).append('.');
        yaml.append(e % 250).append(':').append(8000 + e / 250).append("\", ");
        yaml.append("weight: 1, zone: eu-1a}\n");
      }
    }
    text = yaml.toString();
  }

  /** In a JVM that has just started. */
  @Benchmark
  @Warmup(iterations = 0)
  public MeshOutbound first() throws SettingsException {
    return load();
  }

  /** The fourth time, over what is in force. */
  @Benchmark
  @Warmup(iterations = 3)
  public MeshOutbound again() throws SettingsException {
    return load();
  }

  private MeshOutbound load() throws SettingsException {
    Settings settings = new SettingsReader(Map.of(), "benchmark").read(text, "settings.yaml");
    mesh.apply(settings);
    return mesh;
  }
}

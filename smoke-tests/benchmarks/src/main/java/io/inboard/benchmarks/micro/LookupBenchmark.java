// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.inboard.call.Contexts;
import io.inboard.mesh.CallObserver;
import io.inboard.mesh.MeshOutbound;
import io.inboard.mesh.TlsPlans;
import io.inboard.settings.Settings;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Which destination a host belongs to: asked through {@link MeshOutbound#mustEncrypt}, which is the
 * look-up and one question more.
 */
public class LookupBenchmark extends Microbenchmark {
  /** In the settings, by exact host. */
  @Param({"1", "10", "1000"})
  public int destinations;

  private final String[] known = new String[64];
  private final String[] unknown = new String[64];
  private MeshOutbound mesh;
  private int next;

  /** Before the first look. */
  @Setup
  public void start() {
    Settings all = AllOn.settings(10, destinations);
    mesh = new MeshOutbound(TlsPlans.NONE, CallObserver.NONE, Contexts.NONE);
    mesh.apply(all);
    for (int i = 0; i < known.length; i++) {
      // A string of its own, as a URL gives it: its hash is not known yet, but for the first time.
      known[i] = new String(all.destinations().get(i * 31 % destinations).host());
      unknown[i] = "elsewhere-" + i + ".example.org";
    }
  }

  /** A host of the settings. */
  @Benchmark
  public boolean known() {
    return mesh.mustEncrypt(known[next++ & 63], 8080);
  }

  /** A host of the world. */
  @Benchmark
  public boolean unknown() {
    return mesh.mustEncrypt(unknown[next++ & 63], 8080);
  }
}

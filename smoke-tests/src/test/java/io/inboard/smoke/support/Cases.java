// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How long the cases of resilience run: {@code -Dinboard.resilience.seconds=60} by hand, a few
 * seconds else. Pass numbers are ratios and counts; where few requests make a start budget heavy,
 * the case computes what it allows.
 */
public final class Cases {
  public static final int SECONDS = Integer.getInteger("inboard.resilience.seconds", 5);

  private Cases() {}

  /** So many servers that are well, for one case. */
  public static final class Pool implements AutoCloseable {
    public final List<FaultyServer> servers;

    public Pool(int size) {
      servers = IntStream.range(0, size).mapToObj(i -> new FaultyServer()).toList();
    }

    public FaultyServer get(int index) {
      return servers.get(index);
    }

    /** Requests that arrived at any of them. */
    public int count() {
      return FaultyServer.count(servers);
    }

    /** An entry of {@code destinations} for them, with lines of further settings. */
    public String destination(String host, String... lines) {
      return entry(host, servers, lines);
    }

    @Override
    public void close() {
      servers.forEach(FaultyServer::close);
    }
  }

  public static String entry(String host, List<FaultyServer> servers, String... lines) {
    List<String> all = new ArrayList<>(List.of("- host: " + host));
    all.add("  " + LoadClient.endpoints(servers));
    for (String line : lines) {
      all.add("  " + line);
    }
    return String.join("\n", all) + "\n";
  }

  public static String entries(int count, IntFunction<String> entry) {
    return String.join("", IntStream.range(0, count).mapToObj(entry).toList());
  }
}

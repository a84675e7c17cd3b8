// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * The generator: a {@link LoadOrder} a line on stdin, a {@link LoadResult} a line on stdout, until
 * stdin ends. One process for all variants, so that it is equally warm for each, and none of them
 * pays for another's connections.
 *
 * <p>There is a second open loop in smoke-tests/apps/load. That one calls through the JDK's clients
 * with the agent woven in: it is what is under test. This one is the ruler: it knows neither agent
 * nor client library, and must cost next to nothing, since it shares the cores with what it
 * measures: 10 to 11 microseconds of processor time a request in a closed loop of 16 connections,
 * as much as wrk (10.7; {@code time wrk -t1 -c16 -d5s URL}), against a server that answers at once,
 * 47,000 a second, on two busy cores. An open loop at 800 a second takes some 90: it sleeps and
 * wakes twice a request. Every answer says what it was ({@link LoadResult#ownCpuMicros}):
 *
 * <pre>
 * echo '{"mode":"closed","url":"http://127.0.0.1:8080/hello","connections":16,"seconds":10}' |
 *   java -cp ... io.inboard.benchmarks.load.LoadMain
 * </pre>
 */
public final class LoadMain {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LoadMain() {}

  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), out);
  }

  static void serve(BufferedReader orders, PrintStream answers) throws IOException {
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      if (!line.isBlank()) {
        answers.println(JSON.writeValueAsString(answer(line)));
      }
    }
  }

  private static LoadResult answer(String line) {
    try {
      return run(JSON.readValue(line, LoadOrder.class));
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
      String why =
          cause instanceof JsonProcessingException j ? j.getOriginalMessage() : cause.getMessage();
      return LoadResult.refused("bad order: " + why);
    } catch (IOException | RuntimeException e) {
      return LoadResult.refused(e.toString());
    }
  }

  static LoadResult run(LoadOrder order) throws IOException {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    try (Drive drive = new Drive(order)) {
      long cpu = system.getProcessCpuTime();
      Tally tally = drive.run();
      return tally.result(system.getProcessCpuTime() - cpu);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** {@link LoadMain} as a process, from outside. For one thread. */
public final class LoadGenerator implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedWriter orders;
  private final BufferedReader answers;

  private LoadGenerator(Process process) {
    this.process = process;
    this.orders = process.outputWriter();
    this.answers = process.inputReader();
  }

  /**
   * Starts it with this process's class path.
   *
   * @param java of the generator, the same for all variants
   */
  public static LoadGenerator start(Path java) throws IOException {
    return new LoadGenerator(
        new ProcessBuilder(
                java.toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                LoadMain.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /**
   * Waits for the answer: the order's seconds, and 10 more at most for answers that do not come.
   * Throws when the order was not carried out; failed requests are figures of the result.
   */
  public LoadResult run(LoadOrder order) throws IOException {
    orders.write(JSON.writeValueAsString(order));
    orders.newLine();
    orders.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the load generator ended");
    }
    LoadResult result = JSON.readValue(line, LoadResult.class);
    if (!result.error().isEmpty()) {
      throw new IOException(result.error());
    }
    return result;
  }

  @Override
  public void close() throws IOException {
    orders.close();
    try {
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

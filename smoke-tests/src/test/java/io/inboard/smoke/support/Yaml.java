// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Settings of the agent, put together from blocks of the file. */
public final class Yaml {
  private final String text;

  private Yaml(String text) {
    this.text = text;
  }

  /** The defaults. */
  public static Yaml defaults() {
    return new Yaml("");
  }

  /** A service that exports nothing. */
  public static Yaml service(String name) {
    return exporting(name, "none");
  }

  /** A service whose signals go where OTEL_* says. */
  public static Yaml traced(String name) {
    return exporting(name, "otlp");
  }

  private static Yaml exporting(String name, String exporter) {
    return new Yaml("")
        .with(
            """
            service: {name: %s, namespace: shop}
            telemetry:
              traces: {exporter: %s}
              metrics: {exporter: %s}
            reload: {interval: 100ms}
            """
                .formatted(name, exporter, exporter));
  }

  /** The three files of a directory. */
  public Yaml identity(Path directory) {
    return with(
        """
        identity:
          certificateChain: %1$s/cert-chain.pem
          privateKey: %1$s/key.pem
          trustBundle: %1$s/root-cert.pem
        """
            .formatted(directory));
  }

  public Yaml inbound(String mtls) {
    return with("inbound: {mtls: " + mtls + "}\n");
  }

  /** The entries of {@code destinations}, indented by two. */
  public Yaml destinations(String entries) {
    return with("destinations:\n" + entries.indent(2));
  }

  public Yaml with(String block) {
    return new Yaml(text + block);
  }

  public String text() {
    return text;
  }

  /** Complete or not at all, as an editor or a deployment writes it. */
  public void write(Path file) {
    try {
      Path fresh = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

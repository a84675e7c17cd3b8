// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.identity.DevelopmentCa;
import io.inboard.identity.IdentityException;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ca init DIR} and {@code ca issue DIR --id spiffe://...}: certificates for development. */
@Command(
    name = "ca",
    description = "A development certificate authority: PEM files for the identity settings.",
    mixinStandardHelpOptions = true)
public final class CaCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Say ca init or ca issue");
  }

  @Command(
      name = "init",
      description = "Makes an authority: root-cert.pem and its key, ca-key.pem.",
      mixinStandardHelpOptions = true)
  int init(
      @Parameters(paramLabel = "DIR", description = "Created if it is missing.") File directory) {
    if (new File(directory, DevelopmentCa.CA_KEY_FILE).exists()) {
      return failed(directory + " holds an authority already; choose another directory");
    }
    try {
      DevelopmentCa.create().save(directory);
    } catch (IOException e) {
      return failed("cannot write to " + directory + ": " + e);
    }
    out().println("Wrote " + new File(directory, DevelopmentCa.BUNDLE_FILE));
    out().println("Wrote " + new File(directory, DevelopmentCa.CA_KEY_FILE) + " (keep it private)");
    return 0;
  }

  @Command(
      name = "issue",
      description =
          "Issues an identity: cert-chain.pem, key.pem and root-cert.pem, as the settings take them.",
      mixinStandardHelpOptions = true)
  int issue(
      @Parameters(paramLabel = "DIR", description = "The authority, made by ca init.")
          File directory,
      @Option(
              names = "--id",
              required = true,
              paramLabel = "SPIFFE_ID",
              description = "For instance spiffe://cluster.local/ns/shop/sa/web")
          String id,
      @Option(
              names = "--out",
              paramLabel = "DIR2",
              description = "Where the files go; default: DIR.")
          File out,
      @Option(
              names = "--days",
              paramLabel = "N",
              defaultValue = "30",
              description = "How long it is valid; default: ${DEFAULT-VALUE}.")
          int days) {
    if (days < 1 || days > 3650) {
      return failed("--days is between 1 and 3650");
    }
    File target = out == null ? directory : out;
    Instant now = Instant.now();
    Instant until = now.plus(Duration.ofDays(days));
    try {
      DevelopmentCa.load(directory).issue(id, now.minusSeconds(60), until).save(target);
    } catch (IllegalArgumentException e) {
      return failed(e.getMessage());
    } catch (IdentityException e) {
      return failed(e.getMessage() + "; is there an authority (ca init " + directory + ")?");
    } catch (IOException e) {
      return failed("cannot write to " + target + ": " + e);
    }
    for (String file :
        new String[] {
          DevelopmentCa.CHAIN_FILE, DevelopmentCa.KEY_FILE, DevelopmentCa.BUNDLE_FILE
        }) {
      out().println("Wrote " + new File(target, file));
    }
    out().println(id + ", valid until " + until);
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private int failed(String why) {
    spec.commandLine().getErr().println(why);
    return 1;
  }
}

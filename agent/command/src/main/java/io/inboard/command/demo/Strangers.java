// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import java.util.Optional;

/** Act 2: who has no identity, or another one, asks payments. One thread. */
final class Strangers {
  /** A refusal takes a moment. */
  private static final int PATIENCE_MILLIS = 4000;

  private final Page page;
  private final Stage stage;

  Strangers(Page page, Stage stage) {
    this.page = page;
    this.stage = stage;
  }

  /** Plays it. */
  void play() throws DemoException {
    Sample payments = stage.payments().get(0);
    page.act("Strangers are refused, on the port that payments opened itself");
    String bundle = stage.ca().bundlePem();
    String curious = "spiffe://demo/ns/shop/sa/curious";
    UnmeshedCaller.Answer plain =
        UnmeshedCaller.plain(payments.port(), "/pay/0", "", PATIENCE_MILLIS);
    stranger("plaintext", plain);
    // 400 is the port's own answer, which says why; nothing of the service is in it.
    Demo.must(
        plain.status() == 0 || plain.status() == 400,
        "payments answered plaintext although its settings say STRICT");
    UnmeshedCaller.Answer nobody =
        UnmeshedCaller.tls(payments.port(), "/pay/0", bundle, Optional.empty(), PATIENCE_MILLIS);
    stranger("TLS, no certificate", nobody);
    Demo.must(nobody.status() == 0, "payments answered a caller without a certificate");
    UnmeshedCaller.Answer other =
        UnmeshedCaller.tls(
            payments.port(),
            "/pay/0",
            bundle,
            Optional.of(stage.ca().issue(curious)),
            PATIENCE_MILLIS);
    stranger(curious, other);
    Demo.must(other.status() == 403, "payments did not refuse " + curious + " with 403");
    UnmeshedCaller.Answer web =
        UnmeshedCaller.tls(
            payments.port(),
            "/pay/0",
            bundle,
            Optional.of(stage.ca().issue(Stage.WEB_ID)),
            PATIENCE_MILLIS);
    stranger(Stage.WEB_ID, web);
    page.notice(
        "payments opened a plain HttpServer. On that very port its agent speaks TLS only (STRICT),"
            + " and lets web in, and nobody else.");
  }

  private void stranger(String who, UnmeshedCaller.Answer answer) {
    page.row(
        String.format("%-36s", who)
            + (answer.status() == 0 || answer.status() == 400
                ? page.bad("refused") + page.dim("  " + answer.text())
                : page.outcome(Integer.toString(answer.status()))
                    + page.dim("      " + answer.text())));
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import io.inboard.identity.DevelopmentCa;
import java.nio.file.Path;

/** The settings of the samples, as a user would write them. */
final class Script {
  /** What the last act adds to the destination of web. */
  static final String BOUNDS =
      """
          timeout: 300ms
          circuitBreaker: {failurePercent: 50, requestVolume: 5, window: 10s, openFor: 1s}
      """;

  private Script() {}

  static String payments(Path tls) {
    return """
        service: {name: payments, namespace: shop}
        %sinbound:
          mtls: STRICT
          authorization:
            - {action: ALLOW, from: {principals: ["demo/ns/shop/sa/web"]}}
        """
        .formatted(identity(tls));
  }

  static String web(Path tls, String endpoints, String more) {
    return """
        # The settings of web. A change is in force as soon as it is saved.
        service: {name: web, namespace: shop}
        %sdestinations:
          - host: payments
            endpoints: [%s]
            tls: {mode: MUTUAL, principals: ["demo/ns/shop/sa/payments"]}
            retries: {attempts: 2, retryOn: "connect-failure,reset-before-request,reset-before-response,503"}
            outlierDetection: {consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 60s, maxEjectionPercent: 70}
        %sreload: {interval: 300ms}
        """
        .formatted(identity(tls), endpoints, more);
  }

  private static String identity(Path tls) {
    return """
        identity:
          certificateChain: %s
          privateKey: %s
          trustBundle: %s
        """
        .formatted(
            quoted(tls.resolve(DevelopmentCa.CHAIN_FILE)),
            quoted(tls.resolve(DevelopmentCa.KEY_FILE)),
            quoted(tls.resolve(DevelopmentCa.BUNDLE_FILE)));
  }

  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }
}

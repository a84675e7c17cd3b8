// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.inboard.admission.Authorization;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Verdict;
import io.inboard.identity.DevelopmentCa;
import io.inboard.settings.InboundSettings.Action;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Whether a request of a proven peer is let in: a DENY rule by path, and ALLOW rules by principal,
 * method and path of which the last one matches.
 */
public class AuthorizationBenchmark extends Microbenchmark {
  /** ALLOW rules. */
  @Param({"1", "100"})
  public int rules;

  private Authorization authorization;
  private Arrived request;

  /** Before the first request. */
  @Setup
  public void start() throws CertificateException {
    List<AuthorizationRule> all = new ArrayList<>();
    all.add(rule(Action.DENY, List.of(), List.of(), List.of("/admin/*")));
    for (int i = 1; i < rules; i++) {
      String principal = "cluster.local/ns/shop/sa/other-" + i;
      all.add(rule(Action.ALLOW, List.of(principal), List.of("GET"), List.of("/orders/*")));
    }
    all.add(
        rule(
            Action.ALLOW,
            List.of("cluster.local/ns/shop/sa/*"),
            List.of("GET", "POST"),
            List.of("/orders/*")));
    authorization = new Authorization(all);
    request = new Arrived(peer("spiffe://cluster.local/ns/shop/sa/web"));
    if (authorization.judge(request) != Verdict.ALLOW) {
      throw new IllegalStateException("the request is to be let in");
    }
  }

  private static PeerIdentity peer(String id) throws CertificateException {
    byte[] pem = DevelopmentCa.create().issue(id).chainPem().getBytes(US_ASCII);
    return new PeerIdentity(
        id,
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem)));
  }

  private static AuthorizationRule rule(
      Action action, List<String> principals, List<String> methods, List<String> paths) {
    return new AuthorizationRule(action, principals, List.of(), methods, paths, List.of());
  }

  /** One decision. */
  @Benchmark
  public Verdict judge() {
    return authorization.judge(request);
  }
}

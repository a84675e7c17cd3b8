// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.settings.IdentitySettings;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the command {@code check} says of the identity's files. */
public final class IdentityCheck {
  static final String CHAIN = "identity.certificateChain";
  static final String KEY = "identity.privateKey";
  static final String BUNDLE = "identity.trustBundle";

  private IdentityCheck() {}

  /**
   * One thing that is wrong, or should be mended.
   *
   * @param key of the settings, whose file it is about; one file may stand for several keys
   * @param text one clear line
   */
  public record Finding(String key, String text) {}

  /**
   * All that is wrong with the files now, a clear line each; empty if nothing is, or no identity is
   * set. Reads the files.
   */
  public static List<String> problems(IdentitySettings settings) {
    return problems(settings, Clock.systemUTC());
  }

  /** The same, with the key that each is about. */
  public static List<Finding> findings(IdentitySettings settings) {
    return findings(settings, Clock.systemUTC());
  }

  /**
   * What works, and should be mended all the same: a certificate that expires within a day, a key
   * that others can use. A clear line each. Reads the files.
   */
  public static List<Finding> warnings(IdentitySettings settings) {
    return warnings(settings, Clock.systemUTC());
  }

  static List<Finding> warnings(IdentitySettings settings, Clock clock) {
    if (!(settings instanceof IdentitySettings.InFiles files)) {
      return List.of();
    }
    List<Finding> warnings = new ArrayList<>(expiry(files, clock));
    KeyFileAccess.warning(files.privateKey())
        .ifPresent(text -> warnings.add(new Finding(KEY, text)));
    return List.copyOf(warnings);
  }

  private static List<Finding> expiry(IdentitySettings.InFiles settings, Clock clock) {
    KeyMaterialReader reader =
        new KeyMaterialReader(PemFiles.read(settings), settings.trustDomain(), clock.instant());
    if (!reader.problems().isEmpty()) {
      return List.of();
    }
    Instant end = reader.chain().get(0).getNotAfter().toInstant();
    Duration left = Duration.between(clock.instant(), end);
    return left.compareTo(Duration.ofDays(1)) >= 0
        ? List.of()
        : List.of(
            new Finding(
                CHAIN,
                settings.certificateChain()
                    + " expires in "
                    + ExpiryWarnings.text(left)
                    + " (at "
                    + end
                    + "): see that it is renewed before, or mutual TLS ends then"));
  }

  static List<String> problems(IdentitySettings settings, Clock clock) {
    return findings(settings, clock).stream().map(Finding::text).toList();
  }

  private static List<Finding> findings(IdentitySettings settings, Clock clock) {
    if (!(settings instanceof IdentitySettings.InFiles files)) {
      return List.of();
    }
    KeyMaterialReader reader =
        new KeyMaterialReader(PemFiles.read(files), files.trustDomain(), clock.instant());
    List<Finding> problems = new ArrayList<>(reader.problems());
    if (problems.isEmpty() && !leadsTo(reader.chain(), reader.bundle())) {
      problems.add(
          new Finding(
              CHAIN,
              files.certificateChain()
                  + " does not lead to a certificate of "
                  + files.trustBundle()
                  + "; peers with this bundle refuse it: add the missing intermediate or root"));
    }
    return List.copyOf(problems);
  }

  private static boolean leadsTo(List<X509Certificate> chain, List<X509Certificate> bundle) {
    try {
      Set<TrustAnchor> anchors = new HashSet<>();
      for (X509Certificate root : bundle) {
        anchors.add(new TrustAnchor(root, null));
      }
      List<X509Certificate> path = new ArrayList<>(chain);
      path.removeAll(bundle);
      CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}

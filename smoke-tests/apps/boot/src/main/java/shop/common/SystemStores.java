// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.common;

import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * The stores of the system properties {@code javax.net.ssl.*}, for libraries that do not look there
 * by themselves: mutual TLS by hand.
 */
public final class SystemStores {
  private SystemStores() {}

  /** This service's key and chain; empty if no key store is named. */
  public static Optional<KeyManagerFactory> keys() {
    String file = System.getProperty("javax.net.ssl.keyStore");
    if (file == null) {
      return Optional.empty();
    }
    char[] password = System.getProperty("javax.net.ssl.keyStorePassword", "").toCharArray();
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(KeyStore.getInstance(new File(file), password), password);
      return Optional.of(keys);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot read the key store " + file, e);
    }
  }

  /** Whom this service trusts: the named store, or the JDK's own. */
  public static TrustManagerFactory trust() {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init((KeyStore) null);
      return trust;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot read the trust store", e);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Gives the one key of a generation. The issuers that the other side names are not looked at: the
 * JDK's own managers would send no certificate at all where the list has only the root of an
 * intermediate, or an older root.
 */
final class SingleKeyManager extends X509ExtendedKeyManager {
  private static final String ALIAS = "inboard";

  private final String algorithm;
  private final PrivateKey key;
  private final X509Certificate[] chain;

  SingleKeyManager(KeyMaterial material) {
    this.key = material.key();
    this.algorithm = key.getAlgorithm();
    this.chain = material.chain().toArray(new X509Certificate[0]);
  }

  private String alias(String... keyTypes) {
    for (String type : keyTypes) {
      if (type.equals(algorithm) || type.startsWith(algorithm + "_")) {
        return ALIAS;
      }
    }
    return null;
  }

  @Override
  public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
    return alias(keyTypes);
  }

  @Override
  public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
    return alias(keyTypes);
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    return alias(keyType);
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return ALIAS.equals(alias) ? chain.clone() : null;
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return ALIAS.equals(alias) ? key : null;
  }
}

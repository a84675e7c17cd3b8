// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Private keys of the three shapes that tools write: PKCS#8, PKCS#1 (Istio's default for RSA) and
 * SEC1 (OpenSSL's for EC). The JDK reads the first only; the others become it by a wrapper of DER.
 * No message holds a byte of a key, nor the text of a parser's exception.
 */
final class PrivateKeys {
  private static final byte[] RSA = Der.oid("1.2.840.113549.1.1.1");
  private static final byte[] EC = Der.oid("1.2.840.10045.2.1");

  private PrivateKeys() {}

  /**
   * The one key of the file.
   *
   * @param certified the public key that it should belong to; its curve is taken where the key's
   *     own file does not say one
   */
  static PrivateKey of(Pem pem, PublicKey certified) throws IdentityException {
    List<Pem.Block> keys = new ArrayList<>();
    for (Pem.Block block : pem.blocks()) {
      if (block.type().endsWith("PRIVATE KEY")) {
        keys.add(block);
      }
    }
    if (keys.isEmpty()) {
      throw new IdentityException(
          pem.file() + " holds no private key; it should be PEM with -----BEGIN PRIVATE KEY-----");
    }
    if (keys.size() > 1) {
      throw new IdentityException(pem.file() + " holds " + keys.size() + " private keys; keep one");
    }
    Pem.Block block = keys.get(0);
    if (block.encrypted()) {
      throw new IdentityException(
          pem.file()
              + " holds an encrypted private key; write it without a passphrase,"
              + " readable by this process's user only (openssl pkey)");
    }
    try {
      return decoded(pem.file(), block, certified);
    } catch (NoSuchAlgorithmException e) {
      // Nothing is wrong with the file.
      throw new IdentityException(pem.file() + " holds an EC key, and " + EllipticCurves.MISSING);
    } catch (GeneralSecurityException | IndexOutOfBoundsException e) {
      throw new IdentityException(
          pem.file() + ": the private key does not parse; write the file again");
    }
  }

  private static PrivateKey decoded(String file, Pem.Block block, PublicKey certified)
      throws IdentityException, GeneralSecurityException {
    return switch (block.type()) {
      case "RSA PRIVATE KEY" -> rsa(pkcs8(Der.sequence(RSA, Der.nothing()), block.der()));
      case "EC PRIVATE KEY" ->
          ec(pkcs8(Der.sequence(EC, curve(file, block.der(), certified)), block.der()));
      case "PRIVATE KEY" -> pkcs8(file, block.der());
      default ->
          throw new IdentityException(
              file + " holds a " + block.type() + "; RSA and EC keys are read, better as PKCS#8");
    };
  }

  private static PrivateKey pkcs8(String file, byte[] der)
      throws IdentityException, GeneralSecurityException {
    byte[] algorithm = new DerReader(der).enter().skip().enter().next();
    if (Arrays.equals(algorithm, RSA)) {
      return rsa(der);
    }
    if (Arrays.equals(algorithm, EC)) {
      return ec(der);
    }
    throw new IdentityException(
        file + " holds a private key that is neither RSA nor EC; issue it as one of them");
  }

  /** RFC 5208 section 5. */
  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return Der.sequence(Der.integer(0), algorithm, Der.octets(key));
  }

  /**
   * The curve that a SEC1 key names in its field [0] (RFC 5915 section 3), else the certificate's.
   */
  private static byte[] curve(String file, byte[] sec1, PublicKey certified)
      throws IdentityException {
    DerReader fields = new DerReader(sec1).enter().skip().skip();
    if (fields.more() && fields.tag() == 0xa0) {
      return fields.enter().next();
    }
    if (certified instanceof ECKey) {
      return new DerReader(certified.getEncoded()).enter().enter().skip().next();
    }
    throw new IdentityException(file + " does not name its curve; write the key as PKCS#8");
  }

  private static PrivateKey rsa(byte[] pkcs8) throws GeneralSecurityException {
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  private static PrivateKey ec(byte[] pkcs8) throws GeneralSecurityException {
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  /** Whether the two are one pair. */
  static boolean match(PrivateKey key, PublicKey certified) {
    if (key instanceof RSAKey own && certified instanceof RSAKey other) {
      return own.getModulus().equals(other.getModulus());
    }
    if (!(key instanceof ECKey) || !(certified instanceof ECKey)) {
      return false;
    }
    byte[] stated = statedPoint(key);
    return stated.length > 0
        ? Arrays.equals(stated, new DerReader(certified.getEncoded()).enter().skip().next())
        : signsFor(key, certified);
  }

  /**
   * The public point that an EC key states beside its secret (RFC 5915 section 3, field [1]), as
   * OpenSSL and Go write it; empty if it states none. To compare it costs nothing, where the first
   * signature of a JVM takes a good part of its start.
   */
  private static byte[] statedPoint(PrivateKey key) {
    try {
      DerReader pkcs8 = new DerReader(key.getEncoded()).enter().skip().skip();
      DerReader fields = pkcs8.enter().enter().skip().skip();
      while (fields.more()) {
        if (fields.tag() == 0xa1) {
          return fields.enter().next();
        }
        fields.skip();
      }
    } catch (IndexOutOfBoundsException e) {
      // Not in the usual form: the pair is then tested by a signature.
    }
    return new byte[0];
  }

  private static boolean signsFor(PrivateKey key, PublicKey certified) {
    try {
      byte[] sample = {'i', 'n', 'b', 'o', 'a', 'r', 'd'};
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key);
      signature.update(sample);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(sample);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}

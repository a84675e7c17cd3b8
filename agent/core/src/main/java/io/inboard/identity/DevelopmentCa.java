// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority for development and tests: EC P-256, one root, leaves that are SPIFFE
 * X.509-SVIDs. Its key lies in a plain file or in memory: not for production. Immutable. Uses
 * {@code java.nio.file}: not for premain.
 */
public final class DevelopmentCa {
  /** The names of the files, which are Istio's. */
  public static final String CHAIN_FILE = "cert-chain.pem";

  public static final String KEY_FILE = "key.pem";
  public static final String BUNDLE_FILE = "root-cert.pem";

  /** The authority's own key. */
  public static final String CA_KEY_FILE = "ca-key.pem";

  private final X509Certificate root;
  private final PrivateKey key;

  private DevelopmentCa(X509Certificate root, PrivateKey key) {
    this.root = root;
    this.key = key;
  }

  /** A new authority, valid from yesterday for ten years. */
  public static DevelopmentCa create() {
    try {
      KeyPair pair = newPair();
      Instant now = Instant.now();
      X509Certificate root =
          new CertificateDraft(pair.getPublic())
              .subject("Inboard development CA")
              .valid(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(3650)))
              .authority(true)
              .keyUsage(CertificateDraft.KEY_CERT_SIGN | CertificateDraft.CRL_SIGN, true)
              .selfSigned(pair.getPrivate());
      return new DevelopmentCa(root, pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM cannot make an EC P-256 certificate", e);
    }
  }

  /**
   * One leaf with a key of its own.
   *
   * @param spiffeId for instance {@code spiffe://cluster.local/ns/shop/sa/web}
   * @throws IllegalArgumentException if that is not a workload's SPIFFE id
   */
  public Issued issue(String spiffeId, Instant notBefore, Instant notAfter) {
    SpiffeId id = SpiffeId.parse(spiffeId);
    if (id.path().isEmpty()) {
      throw new IllegalArgumentException(spiffeId + " names a trust domain, not a workload");
    }
    try {
      KeyPair pair = newPair();
      X509Certificate leaf =
          new CertificateDraft(pair.getPublic())
              .valid(notBefore, notAfter)
              .authority(false)
              .keyUsage(CertificateDraft.DIGITAL_SIGNATURE, true)
              .extendedKeyUsage(CertificateDraft.SERVER_AUTH, CertificateDraft.CLIENT_AUTH)
              .uris(id.toString())
              .signedBy(root, key);
      return new Issued(pem("CERTIFICATE", leaf.getEncoded()), keyPem(pair), bundlePem());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM cannot make an EC P-256 certificate", e);
    }
  }

  /** As {@link #issue(String, Instant, Instant)}, valid from a minute ago for one day. */
  public Issued issue(String spiffeId) {
    Instant now = Instant.now();
    return issue(spiffeId, now.minusSeconds(60), now.plus(Duration.ofDays(1)));
  }

  /** The root certificate as a trust bundle. */
  public String bundlePem() {
    try {
      return pem("CERTIFICATE", root.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes {@value #BUNDLE_FILE} and {@value #CA_KEY_FILE}. */
  public void save(File directory) throws IOException {
    Files.createDirectories(directory.toPath());
    write(directory, CA_KEY_FILE, pem(key), true);
    write(directory, BUNDLE_FILE, bundlePem(), false);
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws IdentityException if the files are missing or hold something else
   */
  public static DevelopmentCa load(File directory) throws IdentityException {
    File bundle = new File(directory, BUNDLE_FILE);
    File keyFile = new File(directory, CA_KEY_FILE);
    List<X509Certificate> roots = Pem.read(bundle).certificates();
    PrivateKey key = PrivateKeys.of(Pem.read(keyFile), roots.get(0).getPublicKey());
    return new DevelopmentCa(roots.get(0), key);
  }

  X509Certificate root() {
    return root;
  }

  PrivateKey key() {
    return key;
  }

  static KeyPair newPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /** PKCS#8 that contains its public point, too, as OpenSSL writes it and the JDK does not. */
  private static String keyPem(KeyPair pair) {
    DerReader pkcs8 = new DerReader(pair.getPrivate().getEncoded()).enter();
    byte[] version = pkcs8.next();
    byte[] algorithm = pkcs8.next();
    DerReader sec1 = pkcs8.enter().enter();
    byte[] point = new DerReader(pair.getPublic().getEncoded()).enter().skip().next();
    byte[] key = Der.sequence(sec1.next(), sec1.next(), Der.constructed(1, point));
    return pem("PRIVATE KEY", Der.sequence(version, algorithm, Der.octets(key)));
  }

  static String pem(Key key) {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  static String pem(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }

  /** Moves a complete file into place, so that whoever watches never reads half of one. */
  private static void write(File directory, String name, String content, boolean secret)
      throws IOException {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] mode =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(
                  PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--"))
            }
            : new FileAttribute<?>[0];
    Path target = directory.toPath().resolve(name);
    Path fresh = Files.createTempFile(directory.toPath(), "." + name, "", mode);
    try {
      Files.write(fresh, content.getBytes(StandardCharsets.US_ASCII));
      Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /**
   * What a workload is given.
   *
   * @param chainPem leaf first
   * @param keyPem PKCS#8
   * @param bundlePem whom to trust
   */
  public record Issued(String chainPem, String keyPem, String bundlePem) {
    /** Writes the three files; the key is readable by its owner only. */
    public void save(File directory) throws IOException {
      Files.createDirectories(directory.toPath());
      write(directory, BUNDLE_FILE, bundlePem, false);
      write(directory, KEY_FILE, keyPem, true);
      write(directory, CHAIN_FILE, chainPem, false);
    }

    /** Never the key. */
    @Override
    public String toString() {
      return "Issued" + '[' + chainPem.length() + " characters of PEM]";
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.StringTokenizer;

/**
 * The blocks of one PEM file (RFC 7468). Text outside of blocks is skipped, as OpenSSL does. Read
 * with java.io only, since this runs before the application's main method.
 *
 * @param file its path, for messages
 * @param blocks in the order of the file
 */
record Pem(String file, List<Block> blocks) {
  /** More than any bundle; keeps a wrong path ({@code /dev/zero}) from filling the heap. */
  private static final int MAX_BYTES = 4 << 20;

  /** Or what is like it in any of its supersets. */
  private static final Charset ASCII = StandardCharsets.ISO_8859_1;

  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  Pem {
    blocks = List.copyOf(blocks);
  }

  /** One block; no {@code toString} of its content, which may be a key. */
  record Block(String type, boolean encrypted, byte[] der) {
    @Override
    public String toString() {
      return type;
    }
  }

  static Pem read(File file) throws IdentityException {
    return parse(file.getPath(), bytes(file));
  }

  /** The content of a file. */
  static byte[] bytes(File file) throws IdentityException {
    if (file.isDirectory()) {
      throw new IdentityException(file + " is a directory; name the PEM file in it");
    }
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new IdentityException(file + " is larger than 4 MB; it should be a PEM file");
      }
      return content;
    } catch (IOException e) {
      throw new IdentityException(
          file.exists()
              ? file + " cannot be read; check its permissions and the user of this process"
              : file + " does not exist; check the path, or wait for what writes it");
    }
  }

  /**
   * Reads the blocks. Without a regular expression and without joining strings on the way of a good
   * file: each costs tens of milliseconds when it is the first of the JVM, before main.
   */
  static Pem parse(String file, byte[] content) throws IdentityException {
    List<Block> blocks = new ArrayList<>();
    String type = null;
    boolean encrypted = false;
    StringBuilder base64 = new StringBuilder();
    Charset charset = charset(content);
    int skipped = charset == StandardCharsets.UTF_8 ? 3 : charset == ASCII ? 0 : 2;
    StringTokenizer lines =
        new StringTokenizer(
            new String(content, skipped, content.length - skipped, charset), "\r\n");
    while (lines.hasMoreTokens()) {
      String line = lines.nextToken().trim();
      if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
        if (type != null) {
          throw cut(file, type);
        }
        type = line.substring(BEGIN.length(), line.length() - DASHES.length());
        encrypted = type.startsWith("ENCRYPTED ");
        base64.setLength(0);
      } else if (type != null && line.startsWith(END)) {
        if (!line.endsWith(DASHES)
            || !type.equals(line.substring(END.length(), line.length() - DASHES.length()))) {
          throw cut(file, type);
        }
        blocks.add(new Block(type, encrypted, decoded(file, type, encrypted, base64)));
        type = null;
      } else if (type != null && line.indexOf(':') >= 0) {
        // RFC 1421 headers, of which OpenSSL's old encrypted keys have two.
        encrypted |= line.startsWith("Proc-Type:") && line.contains("ENCRYPTED");
      } else if (type != null) {
        base64.append(line);
      }
    }
    if (type != null) {
      throw cut(file, type);
    }
    return new Pem(file, blocks);
  }

  /** By a byte order mark, as Windows' editors and shells write it; PEM itself is ASCII. */
  private static Charset charset(byte[] content) {
    int first = at(content, 0) << 8 | at(content, 1);
    return switch (first) {
      case 0xfeff -> StandardCharsets.UTF_16BE;
      case 0xfffe -> StandardCharsets.UTF_16LE;
      case 0xefbb -> at(content, 2) == 0xbf ? StandardCharsets.UTF_8 : ASCII;
      default -> ASCII;
    };
  }

  private static int at(byte[] content, int index) {
    return index < content.length ? content[index] & 0xff : 0;
  }

  private static byte[] decoded(String file, String type, boolean encrypted, CharSequence base64)
      throws IdentityException {
    if (encrypted) {
      return new byte[0];
    }
    try {
      return Base64.getDecoder().decode(base64.toString());
    } catch (IllegalArgumentException e) {
      throw new IdentityException(
          file + ": the block " + type + " is not base64; write the file again");
    }
  }

  private static IdentityException cut(String file, String type) {
    return new IdentityException(
        file + " ends within the block " + type + " (half-written?); write the file again");
  }

  /** All certificates of the file, at least one. */
  List<X509Certificate> certificates() throws IdentityException {
    List<X509Certificate> found = new ArrayList<>();
    for (Block block : blocks) {
      if (block.type().equals("CERTIFICATE")
          || block.type().equals("X509 CERTIFICATE")
          || block.type().equals("TRUSTED CERTIFICATE")) {
        found.add(certificate(block.der(), found.size() + 1));
      }
    }
    if (found.isEmpty()) {
      throw new IdentityException(
          file + " holds no certificate; it should be PEM with -----BEGIN CERTIFICATE-----");
    }
    return List.copyOf(found);
  }

  private X509Certificate certificate(byte[] der, int number) throws IdentityException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IdentityException(
          file + ": certificate " + number + " does not parse; write the file again");
    }
  }
}

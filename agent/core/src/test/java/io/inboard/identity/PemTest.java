// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PemTest {
  private static final String MARK = "\ufeff";

  private final DevelopmentCa.Issued issued = DevelopmentCa.create().issue(WEB);

  private static Pem parse(String text, Charset charset) throws IdentityException {
    return Pem.parse("file.pem", text.getBytes(charset));
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstLine() throws Exception {
    for (Charset charset :
        new Charset[] {
          StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE
        }) {
      Pem chain = parse(MARK + issued.chainPem(), charset);
      assertThat(chain.certificates()).as("%s", charset).hasSize(1);
      Pem key = parse(MARK + issued.keyPem(), charset);
      assertThat(PrivateKeys.of(key, chain.certificates().get(0).getPublicKey()).getAlgorithm())
          .isEqualTo("EC");
    }
  }

  @Test
  void withoutOneItIsReadAsAscii() throws Exception {
    assertThat(parse(issued.chainPem(), StandardCharsets.US_ASCII).certificates()).hasSize(1);
    assertThat(parse("# \u00fcber\n" + issued.chainPem(), StandardCharsets.UTF_8).blocks())
        .hasSize(1);
    for (int length = 0; length < 4; length++) {
      byte[] shorter = java.util.Arrays.copyOf(new byte[] {(byte) 0xef, (byte) 0xbb, 1, 1}, length);
      assertThatThrownBy(() -> Pem.parse("file.pem", shorter).certificates())
          .hasMessageContaining("holds no certificate");
    }
  }
}

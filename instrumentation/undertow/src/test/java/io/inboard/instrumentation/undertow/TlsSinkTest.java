// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.xnio.conduits.StreamSinkConduit;

/** The end of a connection whose socket takes nothing any more. */
final class TlsSinkTest {
  private final List<String> asked = new ArrayList<>();

  /** What the socket throws; null: it takes nothing for now. */
  private IOException broken;

  private TlsSink sink;

  TlsSinkTest() throws Exception {
    StreamSinkConduit socket =
        (StreamSinkConduit)
            Proxy.newProxyInstance(
                StreamSinkConduit.class.getClassLoader(),
                new Class<?>[] {StreamSinkConduit.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("write")) {
                    return write();
                  }
                  asked.add(method.getName());
                  return method.getName().equals("flush") ? true : null;
                });
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    engine.beginHandshake();
    sink = new TlsSink(socket, engine);
    // From here on something is left to be written.
    assertThat(sink.shake()).isFalse();
  }

  private int write() throws IOException {
    if (broken != null) {
      throw broken;
    }
    return 0;
  }

  /** In the order of XNIO, which in 3.8.6 and 3.8.7 prints the stack trace of what this throws. */
  @Test
  void theEndOfAConnectionWhoseSocketIsClosedAlreadyIsQuiet() throws Exception {
    broken = new ClosedChannelException();
    sink.terminateWrites();
    assertThat(sink.flush()).isTrue();
    assertThat(asked).containsSubsequence("terminateWrites", "flush");
    assertThatThrownBy(() -> sink.write(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void whatIsCutOffIsTold() throws Exception {
    broken = new IOException("Broken pipe");
    assertThatThrownBy(sink::terminateWrites).isSameAs(broken);
    assertThatThrownBy(sink::flush).isSameAs(broken);
    assertThat(asked).isEmpty();
  }

  @Test
  void whatIsDroppedIsDroppedQuietly() throws Exception {
    broken = new IOException("Broken pipe");
    sink.truncateWrites();
    assertThat(asked).containsExactly("truncateWrites");
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundCall;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * When a request is over whose peer has left. Jetty 12 forgets it where its application completes
 * it in that moment, which no test can bring about at will.
 */
final class ServedTest {
  private static final IOException RESET = new IOException("reset");

  /** What the mesh was told, method by method. */
  private final List<String> told = new ArrayList<>();

  private final Served served =
      new Served(
          (InboundCall)
              Proxy.newProxyInstance(
                  InboundCall.class.getClassLoader(),
                  new Class<?>[] {InboundCall.class},
                  (proxy, method, arguments) -> {
                    told.add(method.getName() + " " + Arrays.toString(arguments));
                    return null;
                  }));

  @Test
  void whoLeavesWhileTheApplicationIsAtItEndsNothing() {
    served.gone(RESET);
    assertThat(told).isEmpty();
  }

  @Test
  void theApplicationEndsItThatIsDoneAfterItsPeerHasLeft() {
    served.responded(200);
    served.gone(RESET);
    served.handled(null);
    assertThat(told).containsExactly("end [200, " + RESET + "]");
  }

  @Test
  void thePeerEndsItThatLeavesAfterTheApplicationIsDone() {
    served.handled(null);
    assertThat(told).isEmpty();
    served.gone(RESET);
    served.end(RESET);
    assertThat(told).containsExactly("end [0, " + RESET + "]");
  }

  @Test
  void whatAPeerHasAllOfIsNoErrorOnceItLeaves() {
    served.responded(200);
    served.last(ByteBuffer.allocate(0));
    served.gone(RESET);
    served.handled(null);
    assertThat(told).containsExactly("end [200, null]");
  }

  @Test
  void whatAPeerHasNotAllOfIsOne() {
    served.responded(200);
    served.last(ByteBuffer.allocate(1));
    served.handled(null);
    served.gone(RESET);
    assertThat(told).containsExactly("end [200, " + RESET + "]");
  }
}

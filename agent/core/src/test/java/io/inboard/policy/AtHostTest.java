// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.OutboundRequest;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A request under another host is the application's in everything else. */
final class AtHostTest {
  @Test
  void everythingButTheHostIsAskedOfTheApplicationsRequest() throws Exception {
    List<String> asked = new ArrayList<>();
    OutboundRequest own =
        (OutboundRequest)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {OutboundRequest.class},
                (proxy, method, arguments) -> {
                  asked.add(method.getName());
                  return something(method.getReturnType());
                });
    AtHost request = new AtHost(own, "payments", List.of());
    List<String> all = new ArrayList<>();
    for (Method method : OutboundRequest.class.getMethods()) {
      if (!method.getName().equals("host")) {
        all.add(method.getName());
        Object[] arguments =
            Stream.of(method.getParameterTypes()).map(AtHostTest::something).toArray();
        assertThat(AtHost.class.getDeclaredMethod(method.getName(), method.getParameterTypes()))
            .isNotNull();
        method.invoke(request, arguments);
      }
    }
    assertThat(asked).containsAll(all);
    assertThat(request.host()).isEqualTo("payments");
  }

  /** Null where the type is none of these. */
  private static Object something(Class<?> type) {
    if (type == int.class) {
      return 1;
    }
    if (type == long.class) {
      return 1L;
    }
    if (type == boolean.class) {
      return true;
    }
    return type == String.class ? "a" : null;
  }
}

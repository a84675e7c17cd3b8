// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.contract.Capability;
import java.net.http.HttpClient;
import java.util.EnumSet;
import java.util.Set;

final class JdkAsyncHttp1Test extends JdkAsyncContract {
  JdkAsyncHttp1Test() {
    super(HttpClient.Version.HTTP_1_1);
  }

  @Override
  protected Set<Capability> capabilities() {
    return EnumSet.complementOf(EnumSet.of(Capability.HTTP2));
  }
}

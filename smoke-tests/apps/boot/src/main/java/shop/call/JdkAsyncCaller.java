// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;
import org.springframework.stereotype.Component;

/** java.net.http, asynchronous inside. */
@Component
class JdkAsyncCaller implements Caller {
  private final JdkCaller jdk;

  JdkAsyncCaller(JdkCaller jdk) {
    this.jdk = jdk;
  }

  @Override
  public String name() {
    return "jdk-async";
  }

  @Override
  public Answer call(String method, URI uri, String body) throws Exception {
    return jdk.callAsync(method, uri, body).get();
  }
}

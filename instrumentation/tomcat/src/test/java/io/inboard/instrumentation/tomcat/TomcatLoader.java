// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.contract.RunningServer;
import io.inboard.contract.VersionLoader;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** One version of Tomcat and the test's application, as a web server's common loader has them. */
final class TomcatLoader extends VersionLoader {
  static final String NIO = "org.apache.coyote.http11.Http11NioProtocol";

  private static final String APPLICATION = "io.inboard.instrumentation.tomcat.app.";

  TomcatLoader(String version) {
    super(
        "tomcat-" + version,
        urls(new File("target/tomcat/" + version), ".*"),
        TomcatLoader.class.getClassLoader(),
        version.startsWith("9."),
        APPLICATION);
  }

  /** Starts an embedded server. */
  RunningServer start(String protocol, Map<String, String> properties) throws Exception {
    return start(protocol, properties, Optional.empty());
  }

  /** Starts an embedded server, perhaps with the threads of a test. */
  RunningServer start(String protocol, Map<String, String> properties, Optional<Executor> threads)
      throws Exception {
    return make(
        RunningServer.class,
        APPLICATION + "TomcatServer",
        List.of(String.class, Map.class, Optional.class),
        protocol,
        properties,
        threads);
  }
}

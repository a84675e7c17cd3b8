// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What is not public in Tomcat, each once: witness of the unit and way there. */
final class TomcatMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  private static final String WRAPPER = "org.apache.tomcat.util.net.SocketWrapperBase";

  static final Handles.Field HOOK =
      HANDLES.in("org.apache.coyote.Request").reach(field("hook", "org.apache.coyote.ActionHook"));
  static final Handles.Field OF_PROCESSOR =
      HANDLES.in("org.apache.coyote.AbstractProcessor").reach(field("socketWrapper", WRAPPER));
  static final Handles.Field OF_HTTP_2 =
      HANDLES
          .in("org.apache.coyote.http2.Http2UpgradeHandler")
          .reach(field("socketWrapper", WRAPPER));
  static final Handles.Method PROTOCOL =
      HANDLES
          .in("org.apache.coyote.AbstractProtocol$ConnectionHandler")
          .reach(method("getProtocol", 0));
  static final Handles.Method CAN_WRITE =
      HANDLES.in("org.apache.coyote.http2.Stream").reach(method("canWrite", 0));

  private TomcatMembers() {}
}

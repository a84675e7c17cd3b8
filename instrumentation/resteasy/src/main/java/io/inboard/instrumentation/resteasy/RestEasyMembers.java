// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.resteasy;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What has another type in each line of RESTEasy, or of JAX-RS. */
final class RestEasyMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** Of a request. */
  static final Handles.Method URI_INFO =
      HANDLES.in("org.jboss.resteasy.spi.HttpRequest").reach(method("getUri", 0));

  /** Of a {@link #URI_INFO}, the path below which RESTEasy was installed; since 4. */
  static final Handles.Field INSTALLED =
      HANDLES
          .inVersionsWith("org.jboss.resteasy.specimpl.ResteasyUriInfo")
          .reach(field("contextPath", "java.lang.String"));

  /** The URI with that path in 3. Later it is made when it is asked for, of what a client says. */
  static final Handles.Method BASE_3 =
      HANDLES
          .inVersionsWith("org.jboss.resteasy.spi.ResteasyUriInfo")
          .reach(method("getBaseUri", 0));

  private RestEasyMembers() {}
}

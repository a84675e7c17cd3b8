// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.quarkus;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What is woven into Quarkus REST. A resource is chosen for a request by one method, also the one
 * that gives a sub-resource, in which the next is chosen by the same.
 */
public final class QuarkusRestHooks implements Library {
  /** As {@code status} says it. */
  static final String NAME = "quarkus-rest";

  private static final String SERVER = "org.jboss.resteasy.reactive.server.";
  private static final String REQUEST = SERVER + "core.ResteasyReactiveRequestContext";
  private static final String RESOURCE = SERVER + "mapping.RuntimeResource";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(REQUEST, method("getDeployment", 0))
        .relyingOn(SERVER + "core.Deployment", method("getPrefix", 0))
        .relyingOn(
            RESOURCE, method("getHttpMethod", 0), method("getClassPath", 0), method("getPath", 0))
        .relyingOn(SERVER + "mapping.URITemplate", field("template", "java.lang.String"))
        // Before the filters behind the match.
        .weave(REQUEST, method("restart", RESOURCE, "boolean"), RouteAdvice.Chosen.class)
        .build();
  }
}

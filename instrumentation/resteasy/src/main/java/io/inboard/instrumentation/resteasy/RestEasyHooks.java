// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.resteasy;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What is woven into RESTEasy's server, in the order in which a request meets it: the methods that
 * give a sub-resource, then the one that serves. Results and exceptions of these methods differ
 * between versions; what is used is the same.
 */
public final class RestEasyHooks implements Library {
  /** As {@code status} says it. */
  static final String NAME = "resteasy";

  private static final String LOCATOR = "org.jboss.resteasy.core.ResourceLocatorInvoker";
  private static final String METHOD = "org.jboss.resteasy.core.ResourceMethodInvoker";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(LOCATOR, field("method", "org.jboss.resteasy.spi.metadata.ResourceLocator"))
        .relyingOn(METHOD, field("method", "org.jboss.resteasy.spi.metadata.ResourceMethod"))
        .relyingOn(RestEasyMembers.HANDLES)
        .weave(LOCATOR, method("invokeOnTargetObject", 3), RouteAdvice.Located.class)
        // Before the filters behind the match.
        .weave(METHOD, method("invoke", 3), RouteAdvice.Matched.class)
        .build();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jersey;

import io.inboard.call.server.FrameworkRoute;
import io.inboard.weave.Advice;
import org.glassfish.jersey.server.ExtendedUriInfo;
import org.glassfish.jersey.uri.UriTemplate;

/** The route, from what Jersey has matched. */
final class RouteAdvice {
  private RouteAdvice() {}

  /** On the container's thread, as all of Jersey's routing. */
  static final class Matched {
    private Matched() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This ExtendedUriInfo matched, @Advice.Argument(0) Object endpoint) {
      if (endpoint != null && FrameworkRoute.isAsked()) {
        FrameworkRoute.matched(matched.getBaseUri().getRawPath(), templates(matched));
      }
    }

    /** Jersey has the innermost first. */
    private static String templates(ExtendedUriInfo matched) {
      String all = "";
      for (UriTemplate each : matched.getMatchedTemplates()) {
        all = FrameworkRoute.join(each.getTemplate(), all);
      }
      return all;
    }
  }
}

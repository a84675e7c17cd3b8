// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.quarkus;

import io.inboard.call.WeakIdentityMap;
import io.inboard.call.server.FrameworkRoute;
import io.inboard.weave.Advice;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.mapping.URITemplate;

/** The route, from what Quarkus REST has matched. */
final class RouteAdvice {
  /**
   * By request, the templates of the methods that have given sub-resources so far. Used by the
   * threads that work for the request, one after the other.
   */
  private static final WeakIdentityMap<ResteasyReactiveRequestContext, String> OUTER =
      new WeakIdentityMap<>();

  private RouteAdvice() {}

  /** {@code ResteasyReactiveRequestContext#restart(RuntimeResource, boolean)}. */
  static final class Chosen {
    private Chosen() {}

    /**
     * @param located whether the resource was chosen in what another one has given
     */
    @Advice.OnMethodEnter
    static void enter(
        @Advice.This ResteasyReactiveRequestContext request,
        @Advice.Argument(0) RuntimeResource resource,
        @Advice.Argument(1) boolean located) {
      if (!FrameworkRoute.isAsked()) {
        return;
      }
      String templates = templates(request, resource, located);
      if (resource.getHttpMethod() == null) {
        // It gives a sub-resource, and answers nothing.
        OUTER.put(request, templates);
      } else {
        FrameworkRoute.matched(request.getDeployment().getPrefix(), templates);
      }
    }

    /** A sub-resource is found below its method; a path that its class may have does not count. */
    private static String templates(
        ResteasyReactiveRequestContext request, RuntimeResource resource, boolean located) {
      String outer = located ? OUTER.remove(request) : template(resource.getClassPath());
      return FrameworkRoute.join(FrameworkRoute.join("", outer), template(resource.getPath()));
    }

    private static String template(URITemplate path) {
      return path == null ? "" : path.template;
    }
  }
}

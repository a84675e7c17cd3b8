// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.resteasy;

import io.inboard.call.WeakIdentityMap;
import io.inboard.call.server.FrameworkRoute;
import io.inboard.weave.Advice;
import java.net.URI;
import org.jboss.resteasy.spi.HttpRequest;
import org.jboss.resteasy.spi.metadata.ResourceLocator;
import org.jboss.resteasy.spi.metadata.ResourceMethod;

/** The route, from what RESTEasy has matched. */
final class RouteAdvice {
  /**
   * By request, the templates of the methods that have given sub-resources so far. Used by the
   * threads that work for the request, one after the other.
   */
  private static final WeakIdentityMap<HttpRequest, String> OUTER = new WeakIdentityMap<>();

  private RouteAdvice() {}

  /** A method has given a sub-resource, in which the request is matched further. */
  static final class Located {
    private Located() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(0) HttpRequest request,
        @Advice.FieldValue("method") ResourceLocator located) {
      if (FrameworkRoute.isAsked()) {
        String outer = OUTER.get(request);
        OUTER.put(request, FrameworkRoute.join(outer == null ? "" : outer, located.getFullpath()));
      }
    }
  }

  /** A method is called, or the filters before it. */
  static final class Matched {
    private static final boolean IS_3 = RestEasyMembers.BASE_3.isThere();

    private Matched() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(0) HttpRequest request,
        @Advice.FieldValue("method") ResourceMethod method) {
      if (FrameworkRoute.isAsked()) {
        String outer = OUTER.remove(request);
        FrameworkRoute.matched(
            installed(RestEasyMembers.URI_INFO.call(request)),
            FrameworkRoute.join(outer == null ? "" : outer, method.getFullpath()));
      }
    }

    private static String installed(Object uriInfo) {
      return IS_3
          ? ((URI) RestEasyMembers.BASE_3.call(uriInfo)).getRawPath()
          : (String) RestEasyMembers.INSTALLED.get(uriInfo);
    }
  }
}

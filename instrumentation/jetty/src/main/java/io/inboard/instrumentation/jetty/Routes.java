// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.server.Request;

/** Which of few routes a request took: {@code http.route}, with the context's path in front. */
final class Routes {
  /** Set by Spring MVC when a handler was found; since Spring 3. */
  static final String SPRING_PATTERN =
      "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

  private Routes() {}

  /** A pattern that is relative to the context, as Spring's and the servlets' are. */
  static String inContext(Request request, String pattern) {
    return in(request.getContext() == null ? null : Request.getContextPath(request), pattern);
  }

  /**
   * The same.
   *
   * @param context its path; null for none
   */
  static String in(String context, String pattern) {
    // Nearly always: then it is the same text for every request of the route.
    return context == null || context.isEmpty() || context.equals("/")
        ? pattern
        : context.concat(pattern);
  }

  /**
   * Whether the mapping of a servlet tells anything. The default servlet and a servlet that takes
   * everything do not.
   */
  static boolean tells(String pattern) {
    return pattern != null && !pattern.isEmpty() && !pattern.equals("/") && !pattern.equals("/*");
  }

  /**
   * The mapping of the servlet that was chosen.
   *
   * @param matched a {@link MatchedResource}
   */
  static String servlet(Object matched) {
    return matched instanceof MatchedResource<?> resource && resource.getPathSpec() != null
        ? resource.getPathSpec().getDeclaration()
        : "";
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletChain;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.servlet.spec.HttpServletRequestImpl;

/** Which of few routes a request took: {@code http.route}, with the context's path in front. */
final class Routes {
  /** Set by Spring MVC on the servlet request when a handler was found; since Spring 3. */
  static final String SPRING_PATTERN =
      "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

  private Routes() {}

  /** Spring's pattern is relative to the context. */
  static String spring(HttpServletRequestImpl request, Object pattern) {
    String context = request.getContextPath();
    // Nearly always: then it is the same text for every request of the route.
    return context == null || context.isEmpty()
        ? pattern.toString()
        : context.concat(pattern.toString());
  }

  /**
   * The mapping of the servlet that was chosen. The default servlet and a servlet that takes
   * everything say nothing about the route.
   */
  static String servlet(HttpServerExchange exchange) {
    ServletRequestContext context = exchange.getAttachment(ServletRequestContext.ATTACHMENT_KEY);
    ServletChain servlet = context == null ? null : context.getCurrentServlet();
    String pattern = servlet == null ? null : servlet.getPattern();
    if (pattern == null || pattern.isEmpty() || pattern.equals("/") || pattern.equals("/*")) {
      return "";
    }
    String path = context.getOriginalRequest().getContextPath();
    return path == null || path.isEmpty() ? pattern : path.concat(pattern);
  }
}

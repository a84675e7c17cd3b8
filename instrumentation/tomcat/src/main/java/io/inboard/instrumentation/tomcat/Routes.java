// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Request;
import org.apache.catalina.mapper.MappingData;
import org.apache.tomcat.util.buf.MessageBytes;

/** Which of few routes a request took: {@code http.route}, with the context's path in front. */
final class Routes {
  /** Set by Spring MVC on the servlet request when a handler was found; since Spring 3. */
  static final String SPRING_PATTERN =
      "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

  private Routes() {}

  /** Spring's pattern is relative to the context. */
  static Optional<String> spring(Request request, Object pattern) {
    String context = contextPath(request);
    // Nearly always: then it is the same text for every request of the route.
    return Optional.of(context.isEmpty() ? pattern.toString() : context.concat(pattern.toString()));
  }

  /**
   * The mapping of the servlet that was chosen. The default servlet and a servlet that takes
   * everything say nothing about the route.
   */
  static Optional<String> servlet(Request request) {
    Wrapper wrapper = request.getWrapper();
    MappingData mapping = request.getMappingData();
    if (wrapper == null || mapping == null) {
      return Optional.empty();
    }
    List<String> patterns = Arrays.asList(wrapper.findMappings());
    String path = text(mapping.wrapperPath);
    String pattern;
    if (patterns.contains(path) && text(mapping.pathInfo).isEmpty()) {
      pattern = path;
    } else if (patterns.contains(path + "/*")) {
      pattern = path + "/*";
    } else {
      pattern =
          patterns.stream()
              .filter(p -> p.startsWith("*.") && path.endsWith(p.substring(1)))
              .findFirst()
              .orElse("");
    }
    return pattern.isEmpty() || pattern.equals("/") || pattern.equals("/*")
        ? Optional.empty()
        : Optional.of(contextPath(request) + pattern);
  }

  private static String contextPath(Request request) {
    Context context = request.getContext();
    return context == null ? "" : context.getPath();
  }

  private static String text(MessageBytes bytes) {
    String text = bytes.toString();
    return text == null ? "" : text;
  }
}

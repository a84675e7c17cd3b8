// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code /flaky/KEY?fail=N} answers 503 to the first N requests with that key, whatever their
 * method; {@code /count/KEY} says how many have come.
 */
final class BackServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  private final transient ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String key = request.getPathInfo();
    request.getInputStream().readAllBytes();
    response.setContentType("text/plain");
    if (request.getServletPath().equals("/count")) {
      response.getWriter().print(counts.getOrDefault(key, 0));
    } else if (counts.merge(key, 1, Integer::sum)
        <= Integer.parseInt(request.getParameter("fail"))) {
      response.setStatus(503);
      response.getWriter().print("not now");
    } else {
      response.getWriter().print("done");
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;

/** Calls another service and answers as that did; 502 with the exception if there is no answer. */
final class CallServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String method = request.getParameter("method");
    response.setContentType("text/plain");
    try {
      Caller.Answer answer =
          Callers.of(request.getParameter("client"))
              .call(
                  method == null ? "GET" : method,
                  URI.create(request.getParameter("url")),
                  request.getParameter("body"));
      response.setStatus(answer.status());
      response.getWriter().print(answer.body());
    } catch (Exception e) {
      response.setStatus(502);
      response.getWriter().print(e);
    }
  }
}

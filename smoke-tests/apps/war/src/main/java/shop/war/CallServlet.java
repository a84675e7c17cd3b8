// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.war;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** {@code /hello}; {@code /call?url=&client=url-connection|jdk}. */
@WebServlet({"/hello", "/call"})
public class CallServlet extends HttpServlet {
  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getServletPath().equals("/hello")) {
      response.getWriter().print("hello from " + request.getContextPath());
      return;
    }
    URI uri = URI.create(request.getParameter("url"));
    if ("jdk".equals(request.getParameter("client"))) {
      try {
        // A client of its own each time: one that is kept would keep this application's loader.
        var answer =
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        response.setStatus(answer.statusCode());
        response.getWriter().print(answer.body());
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return;
    }
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    response.setStatus(connection.getResponseCode());
    try (InputStream in = connection.getInputStream()) {
      response.getWriter().print(new String(in.readAllBytes(), UTF_8));
    }
  }
}

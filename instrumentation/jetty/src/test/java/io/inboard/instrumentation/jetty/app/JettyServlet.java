// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty.app;

import io.inboard.contract.ScriptedInbound;
import io.inboard.contract.SeenRequest;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Connection;

/** What only servlet containers do. */
final class JettyServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    switch (request.getPathInfo()) {
      case "/upload" -> {
        long bytes = 0;
        for (Part part : request.getParts()) {
          bytes += part.getInputStream().readAllBytes().length;
        }
        response.getWriter().print(bytes);
      }
      case "/count" -> {
        byte[] buffer = new byte[10_000];
        long bytes = 0;
        for (int n = 0; n >= 0; n = request.getInputStream().read(buffer)) {
          bytes += n;
        }
        response.getWriter().print(bytes);
      }
      case "/flood" -> {
        byte[] megabyte = new byte[1 << 20];
        for (int i = 0; i < Integer.parseInt(request.getParameter("megabytes")); i++) {
          response.getOutputStream().write(megabyte);
        }
      }
      case "/dispatch" -> {
        if (request.getAttribute("again") == null) {
          request.setAttribute("again", true);
          AsyncContext async = request.startAsync();
          new Thread(async::dispatch).start();
        } else {
          response.getWriter().print("dispatched in " + contextHere());
        }
      }
      case "/timeout" -> {
        AsyncContext async = request.startAsync();
        async.setTimeout(50);
        async.addListener(new TimeoutListener());
      }
      case "/pattern" -> {
        request.setAttribute(
            "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern", "/items/{id}");
        // What the dispatch to an error page does.
        request.setAttribute(
            "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern", "/error");
        throw new ServletException("outer", new IllegalArgumentException("inner"));
      }
      case "/cancelled" -> {
        // The first writes may find the stream open; the flow control of the client is no limit.
        OutputStream out = response.getOutputStream();
        while (true) {
          out.write(new byte[100]);
          out.flush();
        }
      }
      case "/trailers" -> {
        request.getInputStream().readAllBytes();
        response.getWriter().print(new TreeMap<>(trailers(request)));
      }
      case "/upgrade" -> upgrade(request, response);
      case "/decoded" -> response.getWriter().print(request.getParameter("q"));
      case "/seen" ->
          response
              .getWriter()
              .print(
                  request.getScheme()
                      + " "
                      + request.isSecure()
                      + " "
                      + request.getRequestURL()
                      + " "
                      + request.getServerPort());
      default -> response.sendError(404);
    }
  }

  /** Servlets of 3.1 know none; Jetty 9.4 gives them all the same. */
  private static Map<String, String> trailers(HttpServletRequest request) {
    try {
      return request.getTrailerFields();
    } catch (NoSuchMethodError older) {
      Map<String, String> trailers = new TreeMap<>();
      try {
        Object fields = request.getClass().getMethod("getTrailers").invoke(request);
        ((Iterable<?>) fields)
            .forEach(
                each -> trailers.put(((HttpField) each).getName(), ((HttpField) each).getValue()));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
      return trailers;
    }
  }

  /** As Jetty 9.4 to 11 are told; in 12 another handler is in front. */
  private static void upgrade(HttpServletRequest request, HttpServletResponse response) {
    try {
      Class<?> type = Class.forName("org.eclipse.jetty.server.HttpConnection");
      Connection http = (Connection) type.getMethod("getCurrentConnection").invoke(null);
      Connection echo = new Echo(http.getEndPoint(), task -> new Thread(task).start());
      request.setAttribute("org.eclipse.jetty.server.HttpConnection.UPGRADE", echo);
      request.setAttribute("org.eclipse.jetty.server.HttpTransport.UPGRADE", echo);
      response.setStatus(101);
      response.setHeader("Connection", "Upgrade");
      response.setHeader("Upgrade", "echo");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String contextHere() {
    return ScriptedInbound.requestOfThisThread().map(SeenRequest::path).orElse("none");
  }

  private static final class TimeoutListener implements AsyncListener {
    @Override
    public void onTimeout(AsyncEvent event) throws IOException {
      ((HttpServletResponse) event.getSuppliedResponse()).setStatus(504);
      event.getSuppliedResponse().getWriter().print("timed out in " + contextHere());
      event.getAsyncContext().complete();
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }
}

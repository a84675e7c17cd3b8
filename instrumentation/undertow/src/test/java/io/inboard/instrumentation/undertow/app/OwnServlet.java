// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow.app;

import io.inboard.contract.ScriptedInbound;
import io.inboard.contract.SeenRequest;
import io.undertow.io.BufferWritableOutputStream;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.Part;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.TreeMap;

/** What only servlet containers do. */
public final class OwnServlet extends HttpServlet {
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
      case "/secure" -> response.getWriter().print(request.getScheme() + " " + request.isSecure());
      case "/file" -> {
        try (FileChannel file = FileChannel.open(Path.of(request.getParameter("name")))) {
          response.setContentLengthLong(file.size());
          ((BufferWritableOutputStream) response.getOutputStream()).transferFrom(file);
        }
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
      case "/upgrade" -> request.upgrade(Echo.class);
      case "/trailers" -> {
        request.getInputStream().readAllBytes();
        response.getWriter().print(new TreeMap<>(request.getTrailerFields()));
      }
      case "/decoded" -> response.getWriter().print(request.getParameter("q"));
      default -> response.sendError(404);
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

  /** What a WebSocket is to the container: bytes both ways after 101. */
  public static final class Echo implements HttpUpgradeHandler {
    @Override
    public void init(WebConnection connection) {
      new Thread(
              () -> {
                try (connection) {
                  InputStream in = connection.getInputStream();
                  OutputStream out = connection.getOutputStream();
                  for (int b = in.read(); b >= 0 && b != '.'; b = in.read()) {
                    out.write(b);
                    out.flush();
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              },
              "application")
          .start();
    }

    @Override
    public void destroy() {}
  }
}

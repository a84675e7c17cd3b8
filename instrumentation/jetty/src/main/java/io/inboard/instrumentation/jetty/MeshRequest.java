// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundCall;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.Trailers;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * A request of Jetty 12 as its handlers see it: with the headers that the mesh has corrected. What
 * the mesh knows of it is found by attributes that no list of them shows: the servlets' side may
 * live in another class loader, with another copy of this class.
 *
 * <p>Written by the thread that runs the handlers, before they see it; but for the route and the
 * error, which the threads set that work for the request, one after the other.
 */
final class MeshRequest extends Request.Wrapper {
  /** To be read: the {@link InboundCall}, or null. */
  static final String CALL = "io.inboard.call";

  /** To be written: the pattern of the servlet that was chosen, with the context's path. */
  static final String SERVLET = "io.inboard.servlet";

  private final Below below;

  /** Null: those that came. */
  private HttpFields headers;

  /** Null until it is served. */
  private Served served;

  private boolean admitted;

  MeshRequest(Request request) {
    super(request);
    // Customizers may say that it came from elsewhere.
    this.below = Below.of(Request.unWrap(request).getConnectionMetaData().getConnection());
  }

  Below below() {
    return below;
  }

  /** It has passed the gate before a {@code handle} of the server's own; see {@link Overridden}. */
  void admitted() {
    admitted = true;
  }

  /** Whether a request, or what it wraps, has passed the gate so. */
  static boolean isAdmitted(Request request) {
    MeshRequest ours = Request.as(request, MeshRequest.class);
    return ours != null && ours.admitted;
  }

  void serve(Served request) {
    served = request;
  }

  /**
   * Its handlers are done with it.
   *
   * @param failure null if all went well
   */
  void handled(Throwable failure) {
    if (served != null) {
      served.handled(failure);
    }
  }

  void setHeaders(HttpFields corrected) {
    headers = corrected;
  }

  @Override
  public HttpFields getHeaders() {
    return headers == null ? super.getHeaders() : headers;
  }

  @Override
  public HttpFields getTrailers() {
    return guarded(super.getTrailers());
  }

  /** What comes behind the body comes as its last part, too. */
  @Override
  public Content.Chunk read() {
    Content.Chunk chunk = super.read();
    if (!(chunk instanceof Trailers trailers)) {
      return chunk;
    }
    HttpFields guarded = guarded(trailers.getTrailers());
    return guarded == trailers.getTrailers() ? chunk : new Trailers(guarded);
  }

  private static HttpFields guarded(HttpFields trailers) {
    return trailers == null || !Inboard.inbound().guardsIdentity()
        ? trailers
        : Headers.without(trailers, Inbound.FORWARDED_CLIENT_CERT);
  }

  @Override
  public Object getAttribute(String name) {
    return name.equals(CALL) ? served == null ? null : served.call() : super.getAttribute(name);
  }

  /** The application's framework says which route matched, the container what went wrong. */
  @Override
  public Object setAttribute(String name, Object value) {
    if (served != null && value != null) {
      switch (name) {
        case SERVLET -> {
          served.servlet(value.toString());
          return null;
        }
        case Routes.SPRING_PATTERN -> served.spring(Routes.inContext(this, value.toString()));
        case Errors.JAKARTA, Errors.JAVAX -> served.thrown(value);
        default -> {}
      }
    }
    return super.setAttribute(name, value);
  }
}

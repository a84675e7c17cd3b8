// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/**
 * One request that arrived, from its first byte to its last. {@link #verdict}, {@link
 * #writeHeaders} and {@link #activate} are called by the thread that runs the application, {@link
 * #route} and {@link #end} by any. No method blocks or throws.
 */
public interface InboundCall {
  /** A request that the mesh leaves alone: allowed, unseen. Compare with {@code ==}. */
  InboundCall UNTOUCHED = new UntouchedInbound();

  /** Whether the application may see the request; constant. */
  Verdict verdict();

  /**
   * The request has waited for a thread since it began, and the application has not seen it yet: on
   * a server whose I/O threads read requests, and begin them, and leave the rest to others. Asked
   * once at most, by the thread that is to serve it.
   *
   * @param request the same request, as it was told of at its begin
   * @param nanos how long it has waited
   * @return whether the application may see it still
   */
  default Verdict waited(InboundRequest request, long nanos) {
    return Verdict.ALLOW;
  }

  /**
   * Corrects the request's headers before the application reads them: removes what only the mesh
   * may say ({@code x-forwarded-client-cert} from outside) and sets what the mesh knows.
   */
  void writeHeaders(HeaderSink request);

  /** The context of this request, for {@link Contexts#activate} on a thread of the application. */
  Context context();

  /**
   * The head of the response is about to go out; the mesh may add headers to it. Idempotent: the
   * first time counts. On the thread that writes it, also for a response of our own; not at all for
   * one that the server gives outside of the request (a head that it cannot parse).
   *
   * @param response leaves a header alone that the application has set
   */
  default void respond(int status, HeaderSink response) {}

  /**
   * The response to a call of gRPC ends with this code: in its trailers, or in its head where that
   * is all of it. Before {@link #end}, by the thread that writes it; not at all where none was
   * written.
   *
   * @param code of {@link GrpcStatus}, 0 to 16
   */
  default void grpcStatus(int code) {}

  /**
   * The route that matched ({@code /orders/{id}}), as the server knows it; the last one given
   * before the end counts, and {@link Context#matched} counts more.
   */
  void route(String template);

  /**
   * The response was written, or the connection broke. Idempotent; any thread.
   *
   * @param status the HTTP status that went out; 0 when none did
   * @param error what the application threw through the server; null if nothing
   */
  void end(int status, Throwable error);
}

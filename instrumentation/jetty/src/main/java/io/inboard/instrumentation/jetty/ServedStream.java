// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.server.ResponseHeaders;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.Callback;

/**
 * The stream of a request that is served, between Jetty's state of the request and its connection:
 * all heads pass it, and the one end. It does nothing by itself; the advice of {@link StreamAdvice}
 * in the methods that it inherits does, so that an error of ours is caught there.
 */
final class ServedStream extends HttpStream.Wrapper {
  private final Served served;
  private final EndPoint bottom;

  ServedStream(HttpStream stream, Served served, EndPoint bottom) {
    super(stream);
    this.served = served;
    this.bottom = bottom;
  }

  /**
   * A head is about to go out.
   *
   * @return null, or the same with the headers that the mesh adds
   */
  MetaData.Response respond(MetaData.Response head) {
    int status = head.getStatus();
    if (status < 200 && status != 101) {
      return null;
    }
    served.responded(status);
    Headers added = new Headers(head.getHttpFields());
    served.call().respond(status, new ResponseHeaders(head.getHttpFields()::contains, added::set));
    HttpFields fields = added.changed();
    return fields == null
        ? null
        : new MetaData.Response(
            status,
            head.getReason(),
            head.getHttpVersion(),
            fields,
            head.getContentLength(),
            head.getTrailersSupplier());
  }

  /** The last part is about to go out. */
  Callback last(ByteBuffer content, Callback callback) {
    served.last(content);
    return new Callback.Nested(callback) {
      @Override
      public void failed(Throwable error) {
        // While the content is still ours to look at.
        served.broken(error);
        super.failed(error);
      }
    };
  }

  /** Jetty is done with the request, and uses its objects again. */
  void end(Throwable failure) {
    if (bottom instanceof MeshEndPoint endPoint) {
      endPoint.ended();
    }
    served.end(failure);
  }
}

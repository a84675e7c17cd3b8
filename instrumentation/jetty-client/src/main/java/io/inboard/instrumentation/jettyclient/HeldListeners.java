// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.ResponseListeners;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.util.Callback;

/**
 * {@link Held} in Jetty 12, where listeners are one object. A body is fetched only when somebody
 * reads it, so nothing of one is lost while the mesh decides.
 */
final class HeldListeners extends ResponseListeners {
  private final ResponseListeners own;
  private final Events events;

  private HeldListeners(InFlight flight, ResponseListeners own) {
    this.own = own;
    this.events = new Events(flight);
  }

  static Held of(InFlight flight, Object own) {
    return new HeldListeners(flight, (ResponseListeners) own).events;
  }

  @Override
  public void notifyBegin(Response response) {
    if (events.goesThrough(response)) {
      events.begun();
      own.notifyBegin(response);
    }
  }

  @Override
  public boolean notifyHeader(Response response, HttpField field) {
    if (events.goesThrough(response)) {
      return own.notifyHeader(response, field);
    }
    events.remember(response, field);
    return true;
  }

  @Override
  public void notifyHeaders(Response response) {
    if (events.goesThrough(response)) {
      own.notifyHeaders(response);
    } else if (events.isMine(response)) {
      events.headIsHere(response);
    }
  }

  @Override
  public void notifyContentSource(Response response, Content.Source source) {
    if (!events.isMine(response)) {
      // Of an exchange that was given up meanwhile.
      consume(source);
    } else if (Jetty.isInterim(response) || !events.hold(source)) {
      events.deliver(response, source);
    }
  }

  @Override
  public void notifySuccess(Response response) {
    if (events.goesThrough(response)) {
      own.notifySuccess(response);
    }
  }

  @Override
  public void notifyFailure(Response response, Throwable failure) {
    if (events.isMine(response) && events.flight.isReleased()) {
      own.notifyFailure(response, failure);
    }
  }

  @Override
  public void notifyComplete(Result result) {
    if (events.flight.completes(result)) {
      own.notifyComplete(result);
    }
  }

  private static void consume(Content.Source source) {
    Content.Source.consumeAll(source, Callback.NOOP);
  }

  /** What is decided of them. */
  private final class Events extends Held {
    /** The body that nobody reads yet; guarded by this, as the next one. */
    private Content.Source body;

    private boolean discarded;

    Events(InFlight flight) {
      super(flight);
    }

    @Override
    Object listeners() {
      return HeldListeners.this;
    }

    @Override
    void tellHead(Object head, List<HttpField> fields) {
      Response response = (Response) head;
      own.notifyBegin(response);
      for (HttpField field : fields) {
        if (isAborted()) {
          return;
        }
        if (!own.notifyHeader(response, field)) {
          Headers.remove(Jetty.responseHeaders(response), field.getName());
        }
      }
      if (!isAborted()) {
        own.notifyHeaders(response);
      }
    }

    @Override
    void fail(Object failed) {
      Result result = (Result) failed;
      own.notifyFailure(result.getResponse(), result.getFailure());
      own.notifyComplete(result);
    }

    @Override
    void answer(Object head, byte[] bytes) {
      Response response = (Response) head;
      own.notifyBegin(response);
      for (HttpField field : response.getHeaders().stream().toList()) {
        if (!own.notifyHeader(response, field)) {
          Headers.remove(Jetty.responseHeaders(response), field.getName());
        }
      }
      own.notifyHeaders(response);
      own.notifyContentSource(response, new ByteBufferContentSource(ByteBuffer.wrap(bytes)));
      own.notifySuccess(response);
      own.notifyComplete(new Result(response.getRequest(), response));
    }

    /** At once if Jetty has asked for a reader of the body already, else when it does. */
    @Override
    void release() {
      Content.Source waiting;
      synchronized (this) {
        waiting = body;
        body = null;
      }
      if (waiting != null) {
        deliver((Response) Jetty.response(flight.exchange()), waiting);
      }
    }

    @Override
    void discard() {
      Content.Source waiting;
      synchronized (this) {
        discarded = true;
        waiting = body;
        body = null;
      }
      if (waiting != null) {
        consume(waiting);
      }
    }

    /** Whether the body waits, or is passed over; else the application reads it. */
    boolean hold(Content.Source source) {
      synchronized (this) {
        if (flight.isReleased()) {
          return false;
        }
        if (!discarded) {
          body = source;
          return true;
        }
      }
      consume(source);
      return true;
    }

    void deliver(Response response, Content.Source source) {
      emitIfReleased(response);
      if (isAborted()) {
        return; // Jetty fails the body, which nobody reads.
      }
      own.notifyContentSource(
          response,
          flight.tap().<Content.Source>map(tap -> new SeenBody(source, tap)).orElse(source));
    }
  }
}

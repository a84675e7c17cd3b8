// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * The library's exchange over a connection: writes the headers of the attempt where the head goes
 * out. On the thread of the connection.
 *
 * @param flight null for what no hop sends
 * @param unled says why what no hop sends must not go over this connection in the clear, or null
 */
record SentHandler(AsyncClientExchangeHandler own, AsyncFlight flight, Supplier<IOException> unled)
    implements AsyncClientExchangeHandler {
  /** Over whatever connection. */
  SentHandler(AsyncClientExchangeHandler own, AsyncFlight flight) {
    this(own, flight, () -> null);
  }

  @Override
  public void produceRequest(RequestChannel channel, HttpContext context)
      throws HttpException, IOException {
    if (flight != null && flight.passage().mustBeSecured()) {
      // Of whom the session names, the library would keep the connection for.
      TlsHidden.from(context);
    }
    own.produceRequest((request, details, sent) -> write(channel, request, details, sent), context);
  }

  private void write(
      RequestChannel channel, HttpRequest request, EntityDetails details, HttpContext context)
      throws HttpException, IOException {
    if (flight == null) {
      IOException refused = Flights.unsent(request, unled);
      if (refused != null) {
        throw refused;
      }
      channel.sendRequest(request, details, context);
      return;
    }
    IOException refused = flight.passage().refusal();
    if (refused != null) {
      throw refused;
    }
    boolean tunnels = request.getMethod().equalsIgnoreCase("CONNECT");
    flight.passage().tunnels(tunnels);
    if (tunnels) {
      channel.sendRequest(request, details, context);
      return;
    }
    SentHead head = flight.passage().head(request);
    try {
      channel.sendRequest(request, details, context);
    } finally {
      head.restore();
    }
  }

  @Override
  public int available() {
    return own.available();
  }

  @Override
  public void produce(DataStreamChannel channel) throws IOException {
    own.produce(channel);
  }

  @Override
  public void consumeInformation(HttpResponse response, HttpContext context)
      throws HttpException, IOException {
    own.consumeInformation(response, context);
  }

  @Override
  public void consumeResponse(HttpResponse response, EntityDetails details, HttpContext context)
      throws HttpException, IOException {
    if (flight != null) {
      flight.passage().version(context.getProtocolVersion());
    }
    boolean goesOn = isTunnel();
    AsyncFlight outer = goesOn ? Flights.enter(flight) : null;
    try {
      own.consumeResponse(response, details, context);
    } finally {
      if (goesOn) {
        Flights.leave(outer);
      }
    }
  }

  @Override
  public void updateCapacity(CapacityChannel channel) throws IOException {
    own.updateCapacity(channel);
  }

  @Override
  public void consume(ByteBuffer piece) throws IOException {
    own.consume(piece);
  }

  @Override
  public void streamEnd(List<? extends Header> trailers) throws HttpException, IOException {
    boolean goesOn = isTunnel();
    AsyncFlight outer = goesOn ? Flights.enter(flight) : null;
    try {
      own.streamEnd(trailers);
    } finally {
      if (goesOn) {
        Flights.leave(outer);
      }
    }
  }

  /** When a tunnel is there the library goes on with the same attempt. */
  private boolean isTunnel() {
    return flight != null && flight.passage().isTunnel();
  }

  /** By the library itself, too: of what it has not sent when a connection ends. */
  @Override
  public void cancel() {
    if (flight == null || flight.hop().isCancelled()) {
      own.cancel();
    } else {
      own.failed(new ConnectionClosedException("Connection is closed"));
    }
  }

  @Override
  public void failed(Exception cause) {
    own.failed(cause);
  }

  @Override
  public void releaseResources() {
    own.releaseResources();
  }
}

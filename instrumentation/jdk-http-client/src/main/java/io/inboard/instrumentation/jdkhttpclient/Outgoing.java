// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A request as attempts send it: the JDK's own, or a copy of it where two attempts are under way at
 * a time or the body comes from elsewhere. One attempt after the other. Used by one thread at a
 * time.
 *
 * <p>The JDK keeps two sets of headers: those of the application, unmodifiable, and its own
 * ("system headers"), of which it sends what the application has not set. What the mesh adds is a
 * system header; where it must correct one of the application, {@link Route} shows the JDK other
 * ones.
 */
final class Outgoing implements HeaderSink {
  /** For the JDK's own headers (170 characters), a traceparent (70), and short ones beside them. */
  private static final int ROOM = 320;

  private final Object request;
  private final Map<String, List<String>> systemHeaders;

  /** What attempts change beside headers that the JDK lacks; null while they change nothing. */
  private Route route;

  /** The JDK's own headers before the first attempt: one or two, hence no map. Null: not kept. */
  private List<Header> untouched;

  private record Header(String name, List<String> values) {}

  /** The value of a header that an attempt has set, told apart from the JDK's own. */
  private static final class Ours extends AbstractList<String> {
    private final String value;

    Ours(String value) {
      this.value = value;
    }

    @Override
    public String get(int index) {
      Objects.checkIndex(index, 1);
      return value;
    }

    @Override
    public int size() {
      return 1;
    }
  }

  private Outgoing(Object request, List<Header> untouched) {
    this.request = request;
    this.systemHeaders = Internals.systemHeaders(request);
    this.untouched = untouched;
  }

  /** The request as the JDK would send it; sent once, unless {@link #keep} is asked. */
  static Outgoing of(Object request) {
    return new Outgoing(request, null);
  }

  /** Before the first attempt of several: remembers what {@link #reset} goes back to. */
  void keep() {
    List<Header> now = new ArrayList<>(systemHeaders.size());
    systemHeaders.forEach((name, values) -> now.add(new Header(name, values)));
    untouched = now;
  }

  /**
   * Another one of the same content, whose body is published by this publisher. What the JDK keeps
   * beside the public request goes with it: the headers of its filters (cookies, credentials),
   * which are applied to the original alone. The rest of that state is the same for every copy: one
   * goes through no proxy, opens no WebSocket, and its options are of HTTP/3, which is not spoken
   * to an endpoint.
   */
  Outgoing copy(BodyPublisher body) {
    Object copy = Internals.copy(new SameRequest((HttpRequest) request, body));
    Outgoing outgoing = new Outgoing(copy, untouched);
    outgoing.reset();
    return outgoing;
  }

  /**
   * What the JDK has noted on a copy while it was sent, for the filters that look at the original
   * when the response is there: that the application gave credentials itself, and no authenticator
   * is to be asked.
   */
  void noteOn(Outgoing original) {
    Internals.copyGivenCredentials(request, original.request);
  }

  /** From now on the hooks in the request read its route. */
  void take() {
    if (route == null) {
      route = Route.unknown();
      route.of(request);
    }
  }

  void forget() {
    if (route != null) {
      Route.forget(request);
    }
  }

  Object request() {
    return request;
  }

  /** Known after {@link #take}. */
  Route route() {
    return route;
  }

  /** What the JDK has set of a header before the first attempt; null if nothing. */
  List<String> systemHeader(String name) {
    if (untouched == null) {
      return systemHeaders.get(name);
    }
    for (Header header : untouched) {
      if (header.name.equalsIgnoreCase(name)) {
        return header.values;
      }
    }
    return null;
  }

  /**
   * Forgets what the attempt before this one has set, and what the JDK has set for its connection
   * (a protocol upgrade, chunked encoding). After {@link #keep}.
   */
  void reset() {
    systemHeaders.clear();
    untouched.forEach(header -> systemHeaders.put(header.name, header.values));
  }

  /**
   * Takes back what was set: the JDK may send the request again by itself, which is another call.
   */
  void takeBack() {
    systemHeaders.values().removeIf(values -> values instanceof Ours);
  }

  /**
   * Puts what was set into the head of HTTP/1.1, instead of leaving it to the JDK among its own
   * headers: that copies all of them twice and filters them by streams, some 300 bytes for each.
   * With room for the rest, since the JDK begins with 64 characters and doubles. Over HTTP/2 it
   * stays a system header.
   *
   * @param head with the request line; headers in any order follow
   */
  static void writeInto(StringBuilder head, Object request) {
    if (Inboard.outbound().disabled()) {
      return;
    }
    Iterator<Map.Entry<String, List<String>>> headers =
        Internals.systemHeaders(request).entrySet().iterator();
    int line = head.length();
    while (headers.hasNext()) {
      Map.Entry<String, List<String>> header = headers.next();
      if (header.getValue() instanceof Ours ours) {
        head.ensureCapacity(line + ROOM);
        head.append(header.getKey()).append(": ").append(ours.value).append("\r\n");
        headers.remove();
      }
    }
  }

  @Override
  public void set(String name, String value) {
    removeOwn(name);
    systemHeaders.put(name, new Ours(value));
  }

  @Override
  public void remove(String name) {
    removeOwn(name);
    systemHeaders.remove(name);
  }

  /** The application's values would win over ours. */
  private void removeOwn(String name) {
    HttpHeaders now = Route.headers(request, ((HttpRequest) request).headers());
    // Not firstValue, which opens a stream.
    if (now.map().containsKey(name)) {
      take();
      route.replaceHeaders(HttpHeaders.of(now.map(), (n, v) -> !n.equalsIgnoreCase(name)));
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import org.apache.http.nio.reactor.IOEventDispatch;
import org.apache.http.nio.reactor.IOSession;
import org.apache.http.nio.reactor.SessionBufferStatus;

/**
 * The body of a response whose head was read while its connection reads no more. The reactor asks a
 * connection to go on when there is something to read, or when it has read more than it has handed
 * on (BaseIOReactor's bufferingSessions). At the end of a body neither has to be: an empty one has
 * no byte, and what TLS has read of an end it does not tell twice. So the connection says that it
 * has something until it is asked.
 */
final class Unread implements SessionBufferStatus {
  private final IOSession session;
  private final SessionBufferStatus own;

  private Unread(IOSession session, SessionBufferStatus own) {
    this.session = session;
    this.own = own;
  }

  /** Of the connection of this session; null if it is none of the library's. */
  static Unread of(IOSession session) {
    // The library's dispatcher finds the connection by it, too.
    if (session.getAttribute(IOEventDispatch.CONNECTION_KEY) instanceof SessionBufferStatus own) {
      Unread unread = new Unread(session, own);
      session.setBufferStatus(unread);
      return unread;
    }
    return null;
  }

  /** The connection was asked to go on. */
  void end() {
    session.setBufferStatus(own);
  }

  @Override
  public boolean hasBufferedInput() {
    return true;
  }

  @Override
  public boolean hasBufferedOutput() {
    return own.hasBufferedOutput();
  }
}

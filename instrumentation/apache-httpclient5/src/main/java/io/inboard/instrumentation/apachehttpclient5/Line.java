// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.SecuredSocket;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;

/**
 * The connection of one attempt, from where it connects until the library takes it back. The thread
 * that makes the call uses it; {@link #abort} comes from the mesh's timer, {@link #leave} from
 * whoever reads the body or cancels.
 */
final class Line {
  /** By the library's runtime of a call, which a line does not refer to. */
  private static final WeakIdentityMap<Object, Line> IN_USE = new WeakIdentityMap<>();

  /** What follows when the library has taken the connection back. */
  interface Left {
    /**
     * Runs once; any thread.
     *
     * @param cancelled whether the application has cancelled its request
     */
    void run(boolean cancelled);
  }

  /** Null before it is known, and once it was left. Guarded by this, as all that follows. */
  private ManagedHttpClientConnection connection;

  private boolean aborted;
  private boolean left;
  private boolean cancelled;

  /** Null: nothing. */
  private Left after;

  /** The socket's own read timeout, while it has another one; -1: it has its own. */
  private int readTimeout = -1;

  /** It is the one that this runtime of the library uses next. */
  void isUsedBy(Object runtime) {
    Line before = IN_USE.put(runtime, this);
    if (before != null && before != this) {
      // Its response was read, and the library goes on over the same connection.
      before.leave(false);
    }
  }

  /** The library takes back, or gives up, the connection of a call. */
  static void leave(Object runtime, boolean cancelled) {
    Line line = IN_USE.remove(runtime);
    if (line != null) {
      line.leave(cancelled);
    }
  }

  /** The attempt goes over this connection. */
  synchronized void use(ManagedHttpClientConnection used) {
    connection = left ? null : used;
    if (aborted) {
      close();
    }
  }

  /** Its connection may be another attempt's from now on. */
  void leave(boolean byCancel) {
    Left next;
    synchronized (this) {
      if (left) {
        return;
      }
      restore();
      left = true;
      cancelled = byCancel;
      connection = null;
      next = after;
      after = null;
    }
    if (next != null) {
      next.run(byCancel);
    }
  }

  /** Runs this when it is left; now if it was. */
  void whenLeft(Left next) {
    boolean byCancel;
    synchronized (this) {
      if (!left) {
        after = next;
        return;
      }
      byCancel = cancelled;
    }
    next.run(byCancel);
  }

  synchronized boolean isLeft() {
    return left;
  }

  synchronized boolean isAborted() {
    return aborted;
  }

  /** Stops its I/O; does not block. */
  synchronized void abort() {
    if (!left) {
      aborted = true;
      close();
    }
  }

  private void close() {
    Socket socket = connection == null ? null : connection.getSocket();
    try {
      if (socket instanceof SecuredSocket secured) {
        secured.abort();
      } else if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      // Closed enough.
    }
  }

  /** Bounds each read, until it is left. */
  synchronized void hurry(int millis) throws SocketException {
    Socket socket = connection == null ? null : connection.getSocket();
    if (socket != null) {
      int own = socket.getSoTimeout();
      socket.setSoTimeout(millis);
      readTimeout = own;
    }
  }

  private void restore() {
    Socket socket = connection == null || readTimeout < 0 ? null : connection.getSocket();
    if (socket != null) {
      try {
        socket.setSoTimeout(readTimeout);
      } catch (SocketException e) {
        // It is closed, and serves nobody else.
      }
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.SecuredSocket;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import org.apache.http.conn.ManagedHttpClientConnection;

/**
 * The connection of one attempt, from where it connects until the library takes it back. The thread
 * that makes the call uses it; {@link #abort} comes from the mesh's timer, {@link #leave} from
 * whoever reads the body or cancels.
 */
final class Line {
  /**
   * By the library's hold on a connection. A response that the application neither reads nor closes
   * keeps its entry, and its place in the library's pool.
   */
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

  /** The library holds its connection by this. */
  void heldBy(Object holder) {
    IN_USE.put(holder, this);
  }

  /** The library takes back, or gives up, a connection. */
  static void leave(Object holder) {
    Line line = IN_USE.remove(holder);
    if (line != null) {
      line.leave();
    }
  }

  /** The application has cancelled its request. */
  synchronized void isCancelled() {
    cancelled |= !left;
  }

  /** The attempt goes over this connection. */
  synchronized void use(ManagedHttpClientConnection used) {
    connection = left ? null : used;
    if (aborted) {
      close();
    }
  }

  /** Its connection may be another attempt's from now on. */
  void leave() {
    Left next;
    boolean byCancel;
    synchronized (this) {
      if (left) {
        return;
      }
      restore();
      left = true;
      byCancel = cancelled;
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

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.net.Socket;
import java.net.SocketImpl;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import sun.net.www.http.HttpClient;

/**
 * Whether a connection that is to carry a request still is one. Nothing may arrive on it now, so
 * that whatever can be read is its end, or an answer to no question; that is asked of the operating
 * system, which costs a microsecond, before the first byte is written. The JDK itself looks for
 * streamed POSTs only, by reading for a millisecond, and otherwise repeats the request, which a
 * mesh must not.
 */
final class Liveness {
  /** Without the means below a connection that rested this long is asked in the JDK's way. */
  private static final long TRUSTED_IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Empty where a JDK has other internals. */
  private static final Optional<Means> MEANS = means();

  private Liveness() {}

  /**
   * {@code Net.pollNow(socket.impl.getFileDescriptor(), POLLIN)} in two.
   *
   * @param descriptor as (Socket), a FileDescriptor
   * @param poll as (FileDescriptor), an int of events
   */
  private record Means(MethodHandle descriptor, MethodHandle poll) {}

  private static Optional<Means> means() {
    try {
      Class<?> net = Class.forName("sun.nio.ch.Net");
      MethodHandles.Lookup own = MethodHandles.lookup();
      MethodHandles.Lookup inNet = MethodHandles.privateLookupIn(net, own);
      VarHandle readable = inNet.findStaticVarHandle(net, "POLLIN", short.class);
      MethodHandle poll =
          inNet.findStatic(
              net, "pollNow", MethodType.methodType(int.class, FileDescriptor.class, int.class));
      MethodHandle descriptor =
          MethodHandles.privateLookupIn(SocketImpl.class, own)
              .findVirtual(
                  SocketImpl.class,
                  "getFileDescriptor",
                  MethodType.methodType(FileDescriptor.class));
      MethodHandle impl =
          MethodHandles.privateLookupIn(Socket.class, own)
              .findGetter(Socket.class, "impl", SocketImpl.class);
      return Optional.of(
          new Means(
              MethodHandles.filterArguments(descriptor, 0, impl),
              MethodHandles.insertArguments(poll, 1, (int) (short) readable.get())));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether it is dead.
   *
   * @param raw the TCP socket under the client
   * @param secured whether TLS lies between: something to read may be a message of TLS, such as a
   *     late session ticket, which is found out by reading
   * @param restedNanos how long it lay in the pool
   */
  static boolean dead(HttpClient client, Socket raw, boolean secured, long restedNanos) {
    if (raw.isClosed()) {
      return true;
    }
    Answer answer = MEANS.isPresent() ? ask(MEANS.get(), raw) : Answer.UNKNOWN;
    return switch (answer) {
      case SILENT -> false;
      case READABLE -> !secured || !available(client);
      case BROKEN -> true;
      case UNKNOWN -> restedNanos > TRUSTED_IDLE_NANOS && !available(client);
    };
  }

  private enum Answer {
    SILENT,
    READABLE,
    BROKEN,
    /** A socket of the application's own making, or a layer over another: no descriptor. */
    UNKNOWN
  }

  private static Answer ask(Means means, Socket raw) {
    try {
      FileDescriptor descriptor = (FileDescriptor) means.descriptor().invokeExact(raw);
      if (descriptor == null || !descriptor.valid()) {
        return Answer.UNKNOWN;
      }
      return (int) means.poll().invokeExact(descriptor) == 0 ? Answer.SILENT : Answer.READABLE;
    } catch (IOException e) {
      return Answer.BROKEN;
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      return Answer.UNKNOWN;
    }
  }

  private static boolean available(HttpClient client) {
    try {
      return Internals.available(client);
    } catch (IOException e) {
      return false;
    }
  }
}

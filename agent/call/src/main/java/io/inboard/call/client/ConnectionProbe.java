// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.net.Socket;
import java.net.SocketImpl;
import java.nio.channels.SocketChannel;
import java.util.function.Predicate;

/**
 * Whether a connection that is to carry a request still is one. Nothing may arrive on it now, so
 * that whatever can be read is its end, or an answer to no question. Asked of the operating system,
 * which costs a microsecond and reads nothing: the bytes may be TLS's own. Safe for use by any
 * thread; does not block.
 *
 * <p>It reaches {@code sun.nio.ch} and, for sockets, {@code java.net} by the rights of the adapter,
 * whose unit opens them. What a JDK does not have it does without: the answer is {@link
 * Answer#UNKNOWN}.
 *
 * @param <C> {@link Socket} or {@link SocketChannel}
 */
public final class ConnectionProbe<C> {
  private static final int NO_DESCRIPTOR = -1;

  private final Predicate<C> open;

  /** As (Object), an int: 0 if nothing can be read. Null: other internals. */
  private final MethodHandle poll;

  /** What there is to read now. */
  public enum Answer {
    /** Nothing: it is alive, as far as anybody knows. */
    SILENT,
    /** Its end, or bytes that nobody asked for; over TLS perhaps a message of TLS itself. */
    READABLE,
    /** It is closed. */
    BROKEN,
    /** It has no descriptor of its own (a layer over another socket), or the JDK is another one. */
    UNKNOWN
  }

  private ConnectionProbe(Predicate<C> open, Lookup adapter, Descriptor descriptor) {
    this.open = open;
    this.poll = find(adapter, descriptor);
  }

  /**
   * For TCP sockets. Looks up what it needs at once: made when the first connection is asked about.
   *
   * @param adapter of a class of the library's module
   */
  public static ConnectionProbe<Socket> ofSockets(Lookup adapter) {
    return new ConnectionProbe<>(
        socket -> !socket.isClosed(), adapter, ConnectionProbe::descriptorOfSocket);
  }

  /** The same for channels. */
  public static ConnectionProbe<SocketChannel> ofChannels(Lookup adapter) {
    return new ConnectionProbe<>(
        SocketChannel::isOpen, adapter, ConnectionProbe::descriptorOfChannel);
  }

  /** Asks about a connection. */
  public Answer ask(C connection) {
    if (!open.test(connection)) {
      return Answer.BROKEN;
    }
    if (poll == null) {
      return Answer.UNKNOWN;
    }
    try {
      return switch ((int) poll.invokeExact((Object) connection)) {
        case 0 -> Answer.SILENT;
        case NO_DESCRIPTOR -> Answer.UNKNOWN;
        default -> Answer.READABLE;
      };
    } catch (IOException e) {
      return Answer.BROKEN;
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      return Answer.UNKNOWN;
    }
  }

  /** {@code Net.pollNow(descriptor, POLLIN)}. */
  private static MethodHandle find(Lookup adapter, Descriptor descriptor) {
    try {
      Class<?> net = Class.forName("sun.nio.ch.Net");
      Lookup in = MethodHandles.privateLookupIn(net, adapter);
      VarHandle event = in.findStaticVarHandle(net, "POLLIN", short.class);
      MethodHandle poll =
          in.findStatic(
              net, "pollNow", MethodType.methodType(int.class, FileDescriptor.class, int.class));
      MethodHandle readable = MethodHandles.insertArguments(poll, 1, (int) (short) event.get());
      MethodHandle guarded =
          MethodHandles.guardWithTest(
              MethodHandles.lookup()
                  .findStatic(
                      ConnectionProbe.class,
                      "isUsable",
                      MethodType.methodType(boolean.class, FileDescriptor.class)),
              readable,
              MethodHandles.dropArguments(
                  MethodHandles.constant(int.class, NO_DESCRIPTOR), 0, FileDescriptor.class));
      return MethodHandles.filterArguments(guarded, 0, descriptor.find(adapter))
          .asType(MethodType.methodType(int.class, Object.class));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }

  private static boolean isUsable(FileDescriptor descriptor) {
    return descriptor != null && descriptor.valid();
  }

  private interface Descriptor {
    /** Of a connection, its FileDescriptor. */
    MethodHandle find(Lookup adapter) throws ReflectiveOperationException;
  }

  private static MethodHandle descriptorOfSocket(Lookup adapter)
      throws ReflectiveOperationException {
    MethodHandle descriptor =
        MethodHandles.privateLookupIn(SocketImpl.class, adapter)
            .findVirtual(
                SocketImpl.class, "getFileDescriptor", MethodType.methodType(FileDescriptor.class));
    MethodHandle impl =
        MethodHandles.privateLookupIn(Socket.class, adapter)
            .findGetter(Socket.class, "impl", SocketImpl.class);
    return MethodHandles.filterArguments(descriptor, 0, impl);
  }

  private static MethodHandle descriptorOfChannel(Lookup adapter)
      throws ReflectiveOperationException {
    Class<?> selectable = Class.forName("sun.nio.ch.SelChImpl");
    return MethodHandles.privateLookupIn(selectable, adapter)
        .findVirtual(selectable, "getFD", MethodType.methodType(FileDescriptor.class))
        .asType(MethodType.methodType(FileDescriptor.class, SocketChannel.class));
  }
}

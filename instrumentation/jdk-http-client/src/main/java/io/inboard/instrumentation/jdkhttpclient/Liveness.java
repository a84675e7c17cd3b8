// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * Whether a connection on which nothing may arrive still is one. What can be read is its end, or an
 * answer to no question. Asked of the operating system, which costs a microsecond and reads
 * nothing: the bytes may be TLS's own, and are the selector's to read.
 */
final class Liveness {
  /** Of a {@link SocketChannel}, an int: 0 if nothing can be read. Empty: other internals. */
  private static final Optional<MethodHandle> READABLE = readable();

  private Liveness() {}

  private static Optional<MethodHandle> readable() {
    try {
      Class<?> net = Class.forName("sun.nio.ch.Net");
      Class<?> selectable = Class.forName("sun.nio.ch.SelChImpl");
      MethodHandles.Lookup own = MethodHandles.lookup();
      MethodHandles.Lookup inNet = MethodHandles.privateLookupIn(net, own);
      VarHandle event = inNet.findStaticVarHandle(net, "POLLIN", short.class);
      MethodHandle poll =
          inNet.findStatic(
              net, "pollNow", MethodType.methodType(int.class, FileDescriptor.class, int.class));
      MethodHandle descriptor =
          MethodHandles.privateLookupIn(selectable, own)
              .findVirtual(selectable, "getFD", MethodType.methodType(FileDescriptor.class));
      MethodHandle pollForInput = MethodHandles.insertArguments(poll, 1, (int) (short) event.get());
      return Optional.of(
          MethodHandles.filterArguments(pollForInput, 0, descriptor)
              .asType(MethodType.methodType(int.class, SocketChannel.class)));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Any thread; does not block. False where that cannot be found out. */
  static boolean dead(SocketChannel channel) {
    if (!channel.isOpen()) {
      return true;
    }
    if (READABLE.isEmpty()) {
      return false;
    }
    try {
      return (int) READABLE.get().invokeExact(channel) != 0;
    } catch (IOException e) {
      return true;
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      return false;
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

/**
 * What a handler of the application has thrown, where a framework takes it before the server sees
 * it: the adapter of the server leaves a {@code BiConsumer<Object, Throwable>} at its connection,
 * under this name, and the adapter of the framework tells it the channel of the request and the
 * error. Any thread.
 */
public final class HandlerErrors {
  /** The name of the channel's attribute. */
  public static final String KEY = "io.inboard.handler-errors";

  private HandlerErrors() {}
}

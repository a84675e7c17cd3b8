// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Vert.x's own contexts carry that of a request. Vert.x serves each request (and each message of
 * the event bus) in a duplicate of a verticle's context, made when it arrives, and runs in it
 * whatever works for it: handlers, timers, blocking code on worker threads, what follows a Future.
 */
package io.inboard.instrumentation.vertx.context;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The context of a request across threads: thread pools, CompletableFuture, fork/join, virtual
 * threads, the schedulers of Reactor and RxJava.
 *
 * <p>A task in a pool's queue stays the very object that the application gave, so that queues,
 * comparators, {@code remove} and cancellation work as ever: its context is remembered beside it,
 * weakly ({@link io.inboard.instrumentation.executors.Pending}). Only what nobody can see again (a
 * function inside a future, the Runnable inside a virtual thread) is wrapped ({@link
 * io.inboard.instrumentation.executors.Carried}).
 *
 * <p>What schedules virtual threads is left alone: {@code VirtualThread} itself, and of
 * ForkJoinPool everything that it calls. Code that runs while a virtual thread changes its carrier
 * must neither block nor link anything.
 */
package io.inboard.instrumentation.executors;

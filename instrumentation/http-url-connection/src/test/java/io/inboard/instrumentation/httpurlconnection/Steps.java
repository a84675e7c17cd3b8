// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSession;

/**
 * A call that takes its steps from a list, whatever happens, and hands on when the list is at its
 * end; it remembers what it was told. Safe for use by any thread.
 */
final class Steps implements Call {
  private final Queue<Step> steps = new ConcurrentLinkedQueue<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<Throwable> errors = new CopyOnWriteArrayList<>();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger keep = new AtomicInteger();
  private volatile OutboundRequest request;
  private volatile int wanted;
  private volatile Optional<byte[]> body = Optional.empty();

  Steps(Step... steps) {
    this.steps.addAll(List.of(steps));
  }

  /** Becomes each call of the JVM until another core is served. */
  Steps serve() {
    Inboard.serve(
        new Inboard.Core(
            asked -> {
              request = asked;
              return this;
            },
            Inbound.PASS,
            InboundTls.DISABLED,
            Contexts.NONE));
    return this;
  }

  /** One more, after all others. */
  void add(Step step) {
    steps.add(step);
  }

  /** Lets so many bytes of a streamed body be kept. */
  Steps keeping(int bytes) {
    keep.set(bytes);
    return this;
  }

  /** Would like to see so many bytes of a response. */
  Steps wanting(int bytes) {
    wanted = bytes;
    return this;
  }

  /** What it was shown of a response. */
  Optional<byte[]> body() {
    return body;
  }

  /** An attempt to an endpoint, to be sent without delay. */
  static Step.Send send(Endpoint endpoint) {
    return new Step.Send(new Once(Optional.of(endpoint), true), 0);
  }

  /** What was said to it, in order. */
  List<String> heard() {
    return List.copyOf(heard);
  }

  List<Throwable> errors() {
    return List.copyOf(errors);
  }

  OutboundRequest request() {
    return request;
  }

  int doneCount() {
    return done.get();
  }

  private Step next() {
    Step step = steps.poll();
    return step == null ? Step.DELIVER : step;
  }

  @Override
  public Step first() {
    return next();
  }

  @Override
  public Step responded(Attempt attempt, int status, HeaderView headers) {
    heard.add(String.valueOf(status));
    return next();
  }

  @Override
  public Step failed(Attempt attempt, Throwable error, Progress progress) {
    heard.add(progress.name());
    errors.add(error);
    return next();
  }

  @Override
  public boolean mayKeep(int more) {
    return keep.addAndGet(-more) >= 0;
  }

  @Override
  public int bodyWanted() {
    return wanted;
  }

  @Override
  public void body(byte[] whole) {
    heard.add(done.get() == 0 ? "body" : "body too late");
    body = Optional.of(whole);
  }

  @Override
  public void abandoned() {
    if (!heard.contains("abandoned")) {
      heard.add("abandoned");
    }
  }

  @Override
  public void done() {
    done.incrementAndGet();
  }

  /** One attempt without bounds; its time is up when a test says so. */
  static final class Once implements Attempt {
    private final Optional<Endpoint> endpoint;
    private final boolean meshRetries;
    private volatile Runnable abort = () -> {};
    private volatile boolean begun;
    private final AtomicInteger headerWrites = new AtomicInteger();

    Once(Optional<Endpoint> endpoint, boolean meshRetries) {
      this.endpoint = endpoint;
      this.meshRetries = meshRetries;
    }

    /** Whether the adapter has begun with it. */
    boolean begun() {
      return begun;
    }

    void expire() {
      abort.run();
    }

    @Override
    public int number() {
      return 1;
    }

    @Override
    public Optional<Endpoint> endpoint() {
      return endpoint;
    }

    @Override
    public boolean meshRetries() {
      return meshRetries;
    }

    @Override
    public void writeHeaders(HeaderSink headers) {
      headerWrites.incrementAndGet();
    }

    int headerWrites() {
      return headerWrites.get();
    }

    @Override
    public long connectTimeoutNanos() {
      return Long.MAX_VALUE;
    }

    @Override
    public long timeoutNanos() {
      return Long.MAX_VALUE;
    }

    @Override
    public void onTimeout(Runnable abort) {
      this.abort = abort;
      begun = true;
    }

    @Override
    public void connected(SSLSession session) {}
  }
}

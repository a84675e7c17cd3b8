// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What comes back, one after the other. */
final class Answers implements StreamObserver<String> {
  static final String END = "(end)";

  private final BlockingQueue<String> all = new LinkedBlockingQueue<>();

  String next() throws InterruptedException {
    return all.poll(30, TimeUnit.SECONDS);
  }

  @Override
  public void onNext(String message) {
    all.add(message);
  }

  @Override
  public void onError(Throwable error) {
    Status status = Status.fromThrowable(error);
    all.add(status.getCode() + ": " + status.getDescription());
  }

  @Override
  public void onCompleted() {
    all.add(END);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.contract.AsyncClientContract;
import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Running;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

/** On one thread, which no call may hold up; HTTP/2 where the server chooses it, else HTTP/1.1. */
final class JdkAsyncClientTest extends AsyncClientContract {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread one = new Thread(task, "the-only-one");
            one.setDaemon(true);
            return one;
          });

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).executor(thread).build();

  @AfterEach
  final void endThread() {
    thread.shutdown();
  }

  @Override
  protected String libraryName() {
    return JdkHttpClientHooks.NAME;
  }

  /** The JDK does so over HTTP/1.1 alone; the application has chosen the version. */
  @Override
  protected Set<Capability> capabilities() {
    return EnumSet.complementOf(EnumSet.of(Capability.COUNTS_BODY, Capability.READS_EARLY_ANSWER));
  }

  @Override
  protected Running start(Request request) {
    CompletableFuture<HttpResponse<byte[]>> future =
        client.sendAsync(JdkHttpClientContract.http(request), BodyHandlers.ofByteArray());
    return new Running(
        future.thenApply(JdkHttpClientContract::response), () -> future.cancel(true));
  }
}

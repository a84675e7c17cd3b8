// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.http.ConnectionClosedException;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpHost;
import org.apache.http.HttpResponse;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPut;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.concurrent.FutureCallback;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.impl.nio.client.HttpAsyncClients;
import org.apache.http.nio.ContentEncoder;
import org.apache.http.nio.IOControl;
import org.apache.http.nio.NHttpClientConnection;
import org.apache.http.nio.client.methods.HttpAsyncMethods;
import org.apache.http.nio.protocol.BasicAsyncRequestProducer;
import org.apache.http.nio.protocol.HttpAsyncRequestProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The library's pool, its handler and what an application gives them. */
final class AsyncPoolTest extends ClientHarness {
  private final AsyncApplication application = new AsyncApplication();

  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.start(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    application.end();
    assertThat(Exchange.known()).isZero();
  }

  @Test
  void aTimerThatStrikesTooLateHitsNobodysConnection() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    send(Request.get(URL + "/"));
    mesh.call().attempts().get(0).strike();
    send(Request.get(URL + "/"));
    assertThat(server.connections()).isEqualTo(1);
  }

  /** The mesh would send it again, and the pool is shut down. */
  @Test
  void aCallThatIsUnderWayWhenTheClientIsClosedEndsAsItsAttemptDid() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    Running running = start(Request.get(URL + "/"));
    eventually(() -> server.received().size() == 1, () -> "the request that hangs");
    application.client.close();
    assertThatThrownBy(() -> AsyncApplication.result(running))
        .isInstanceOf(ConnectionClosedException.class);
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aLongResponseThatNobodySeesCostsItsConnectionAndNoPlaceInThePool() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503, "x".repeat(1 << 20)));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    application.pool.setDefaultMaxPerRoute(1);
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void anAttemptThatWaitsForThePoolEndsWithItsTime() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    application.pool.setDefaultMaxPerRoute(1);
    mesh.script(Script.to(endpoint));
    Running first = start(Request.get(URL + "/first"));
    eventually(() -> server.received().size() == 1, () -> "the request that hangs");
    mesh.script(Script.to(endpoint).perTry(Duration.ofMillis(200)));
    assertThat(failure(Request.get(URL + "/second"))).isInstanceOf(IOException.class);
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.NOT_CONNECTED);
    first.cancel().run();
    eventually(first.response()::isDone, () -> "the end of the first");
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void theApplicationsBoundOfTheWaitForThePoolIsNobodysFailure() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    application.pool.setDefaultMaxPerRoute(1);
    mesh.script(Script.to(endpoint, endpoint));
    Running first = start(Request.get(URL + "/first"));
    eventually(() -> server.received().size() == 1, () -> "the request that hangs");
    HttpGet get = new HttpGet(URL + "/second");
    get.setConfig(RequestConfig.custom().setConnectionRequestTimeout(100).build());
    Running second = application.start(get);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(150);
    eventually(() -> System.nanoTime() - end > 0, () -> "the end of the wait");
    // The pool looks at who waits when it gets a connection back.
    first.cancel().run();
    assertThatThrownBy(() -> AsyncApplication.result(second)).isInstanceOf(TimeoutException.class);
    assertThat(mesh.calls().get(1).wasAbandoned()).isTrue();
  }

  @Test
  void theApplicationsBoundOfARouteHoldsForEachEndpointOfIt() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG, Answer.HANG);
    TestEndpoint endpoint = plain(server);
    application.pool.setDefaultMaxPerRoute(1);
    application.pool.setMaxPerRoute(new HttpRoute(new HttpHost(HOST, 8080)), 2);
    mesh.script(Script.to(endpoint));
    Running first = start(Request.get(URL + "/"));
    Running second = start(Request.get(URL + "/"));
    eventually(() -> server.received().size() == 2, () -> "both requests");
    first.cancel().run();
    second.cancel().run();
    eventually(
        () -> first.response().isDone() && second.response().isDone(), () -> "the end of both");
  }

  /** As the library does it in several steps. */
  @Test
  void aConnectionThatThePoolHandsOverWhileTheWaitIsCancelledIsNotLost() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    try (HaltingPool halting = new HaltingPool();
        AsyncApplication waiting = new AsyncApplication(halting, HttpAsyncClients.custom())) {
      halting.setDefaultMaxPerRoute(1);
      mesh.script(Script.to(endpoint));
      assertThat(waiting.send(Request.get(URL + "/")).status()).isEqualTo(200);
      NHttpClientConnection only = halting.leased();
      Running running = waiting.start(Request.get(URL + "/"));
      eventually(halting::isAsked, () -> "the wait for the pool");
      halting.beforeLastStep(() -> halting.releaseConnection(only, null, 0, TimeUnit.MILLISECONDS));
      running.cancel().run();
      eventually(halting::isCancelled, () -> "the end of the wait");
      eventually(
          () -> halting.getTotalStats().getLeased() == 0,
          () -> "given back: " + halting.getTotalStats());
      assertThat(halting.getTotalStats().getAvailable()).isEqualTo(1);
    }
  }

  /** Both of the reactor's threads are busy while they are made. */
  @Test
  void connectionsThatAreGivenUpHoldUpNoOther() throws Exception {
    CountDownLatch both = new CountDownLatch(1);
    TestServer server = plainServer().answering(Answer.OK.after(both), Answer.OK.after(both));
    mesh.script(Script.to(plain(server)));
    CountDownLatch held = new CountDownLatch(1);
    AtomicInteger holding = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      application.client.execute(new HttpGet(URL + "/"), new Holding(held, holding));
    }
    eventually(() -> server.received().size() == 2, () -> "a connection of each thread");
    both.countDown();
    eventually(() -> holding.get() == 2, () -> "both threads held: " + holding);
    List<Running> givenUp = new ArrayList<>();
    application.pool.setDefaultMaxPerRoute(100);
    for (int i = 0; i < 80; i++) {
      givenUp.add(start(Request.get(URL + "/")));
    }
    // Two of them go over the connections of before.
    eventually(() -> server.connections() == 80, () -> "connected: " + server.connections());
    givenUp.forEach(running -> running.cancel().run());
    // But for the two that hold the threads.
    eventually(
        () -> mesh.calls().stream().filter(call -> call.doneCount() == 0).count() <= 2,
        () -> "given up: " + application.pool.getTotalStats());
    held.countDown();
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
  }

  /** Runs on the reactor's thread. */
  private record Holding(CountDownLatch held, AtomicInteger holding)
      implements FutureCallback<HttpResponse> {
    @Override
    public void completed(HttpResponse response) {
      holding.incrementAndGet();
      try {
        held.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void failed(Exception error) {}

    @Override
    public void cancelled() {}
  }

  @Test
  void theApplicationsRequestIsAsItWas() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    HttpUriRequest request = new HttpGet(URL + "/");
    assertThat(AsyncApplication.result(application.start(request)).status()).isEqualTo(200);
    assertThat(request.getAllHeaders()).isEmpty();
  }

  /** What the application's producer throws is nobody's failure, and is not repeated. */
  @Test
  void aBodyThatTheApplicationFailsToProduceIsNotTriedElsewhere() throws Exception {
    TestServer server = plainServer();
    TestServer other = plainServer();
    mesh.script(Script.to(plain(server), plain(other)));
    assertThatThrownBy(
            () ->
                application
                    .client
                    .execute(new Failing(), HttpAsyncMethods.createConsumer(), null)
                    .get())
        .hasMessageContaining("on purpose");
    assertThat(other.connections()).isZero();
    assertThat(mesh.call().wasAbandoned()).isTrue();
  }

  private static final class Failing extends BasicAsyncRequestProducer
      implements HttpAsyncRequestProducer {
    Failing() {
      super(new HttpHost(HOST, 8080), request());
    }

    private static HttpEntityEnclosingRequest request() {
      HttpPut put = new HttpPut(URL + "/");
      put.setEntity(new ByteArrayEntity(new byte[100]));
      return put;
    }

    @Override
    public void produceContent(ContentEncoder encoder, IOControl control) throws IOException {
      throw new IOException("on purpose");
    }
  }
}

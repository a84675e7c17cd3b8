// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.client5.http.async.AsyncExecChainHandler;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.protocol.HttpContext;

/** {@code AsyncConnectExec}, below redirects, cookies and challenges. */
final class AsyncChain extends AsyncWay {
  private final AsyncExecChainHandler connect;
  private final AsyncExecChain.Scope scope;
  private final AsyncExecChain chain;
  private final AsyncExecRuntime runtime;

  AsyncChain(
      AsyncExecChainHandler connect,
      HttpRequest request,
      AsyncEntityProducer body,
      AsyncExecChain.Scope scope,
      AsyncExecChain chain,
      AsyncExecCallback application) {
    super(request, body, application, Talk.of(scope.execRuntime));
    this.connect = connect;
    this.scope = scope;
    this.chain = chain;
    this.runtime = scope.execRuntime;
  }

  @Override
  HttpHost target() {
    return scope.route.getTargetHost();
  }

  @Override
  boolean isProxied() {
    return scope.route.getProxyHost() != null;
  }

  @Override
  HttpContext context() {
    return scope.clientContext;
  }

  @Override
  void send(HttpRequest sent, AsyncEntityProducer sentBody, AsyncExecCallback told)
      throws HttpException, IOException {
    connect.execute(sent, sentBody, scope, chain, told);
  }

  @Override
  boolean lets(Throwable error, HttpResponse response, int sends) {
    return Conversation.lets(talk().conversation(), request(), error, response, sends, context());
  }

  @Override
  boolean isCancelled() {
    return scope.cancellableDependency.isCancelled();
  }

  @Override
  void whenCancelled(Cancellable then) {
    scope.cancellableDependency.setDependency(then);
  }

  @Override
  void ready(boolean anotherConnection) {
    if (anotherConnection && runtime.isEndpointAcquired()) {
      // By an interceptor of the application, or for the hop before; whatever it leads to.
      runtime.releaseEndpoint();
    }
  }

  @Override
  boolean holdsConnection() {
    return true;
  }

  @Override
  void release() {
    runtime.releaseEndpoint();
  }

  /** A connection that other calls share is left to them, and to the library's pool. */
  @Override
  void discard() {
    if (AsyncMembers.H2_RUNTIME.isInstance(runtime)) {
      ((AtomicReference<?>) AsyncMembers.H2_ENDPOINT.get(runtime)).set(null);
    } else {
      runtime.discardEndpoint();
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.quarkus.app;

import io.inboard.instrumentation.quarkus.Requests;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jboss.resteasy.reactive.server.core.Deployment;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.mapping.URITemplate;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerRestHandler;

/** Requests without a server, of whatever version this class was loaded beside. */
public final class QuarkusRequests implements Requests {
  private static final ServerRestHandler[] NONE = {};

  /** Knows nothing. */
  public QuarkusRequests() {}

  @Override
  public void route(String prefix, List<Resource> resources) {
    Request request = new Request(deployment(prefix));
    for (Resource resource : resources) {
      if (resource.located()) {
        request.restart(of(resource), true);
      } else {
        request.restart(of(resource));
      }
    }
  }

  private static Deployment deployment(String prefix) {
    return new Deployment(
        null, null, null, NONE, null, prefix, null, null, null, null, null, null, null, null, null,
        false, null, null);
  }

  private static RuntimeResource of(Resource resource) {
    URITemplate classPath =
        resource.classPath() == null ? null : new URITemplate(resource.classPath(), true);
    return new RuntimeResource(
        resource.verb(),
        new URITemplate(resource.path(), resource.verb() == null),
        classPath,
        null,
        List.of(),
        null,
        null,
        NONE,
        "method",
        new Class<?>[0],
        String.class,
        false,
        false,
        QuarkusRequests.class,
        null,
        Map.of(),
        Map.of(),
        null,
        Map.of());
  }

  /** One that nobody has sent. */
  private static final class Request extends ResteasyReactiveRequestContext {
    Request(Deployment deployment) {
      super(deployment, null, NONE, NONE);
    }

    @Override
    public ServerHttpRequest serverRequest() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerHttpResponse serverResponse() {
      throw new UnsupportedOperationException();
    }

    @Override
    protected Executor getEventLoop() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Runnable registerTimer(long millis, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean resumeExternalProcessing() {
      return false;
    }
  }
}

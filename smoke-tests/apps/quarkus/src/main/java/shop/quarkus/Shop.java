// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.quarkus;

import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import org.eclipse.microprofile.rest.client.inject.RestClient;

/**
 * Its resources: on event loops, worker threads and virtual threads, and in pipelines of Mutiny.
 */
@Path("/")
@Produces(MediaType.TEXT_PLAIN)
public class Shop {
  @Inject @RestClient Others others;

  @Inject @VirtualThreads ExecutorService virtualThreads;

  @GET
  @Path("hello")
  @NonBlocking
  public String hello() {
    return "hello from quarkus";
  }

  @GET
  @Path("items/{id}")
  public Uni<String> item(String id) {
    return Uni.createFrom().item("item " + id).onItem().delayIt().by(Duration.ofMillis(20));
  }

  @GET
  @Path("blocking/{id}")
  @Blocking
  public String blocking(String id) {
    return "blocking " + id;
  }

  @GET
  @Path("failing/{id}")
  public String failing(String id) {
    throw new IllegalStateException("the application's own error");
  }

  @GET
  @Path("headers")
  public String headers(HttpHeaders headers) {
    StringBuilder text = new StringBuilder();
    headers
        .getRequestHeaders()
        .forEach(
            (name, values) ->
                values.forEach(value -> text.append(name).append(": ").append(value).append('\n')));
    return text.toString();
  }

  /** A sub-resource. */
  @Path("customers/{customer}/orders")
  public Orders orders() {
    return new Orders();
  }

  /** Calls another service from the event loop. */
  @GET
  @Path("call/loop")
  public Uni<String> callFromTheLoop(@QueryParam("url") String url) {
    return others.ask(url);
  }

  /** After a pause, on a thread of Mutiny's pool, and then another one. */
  @GET
  @Path("call/pipeline")
  public Uni<String> callInAPipeline(@QueryParam("url") String url) {
    return Uni.createFrom()
        .item(url)
        .onItem()
        .delayIt()
        .by(Duration.ofMillis(20))
        .emitOn(Infrastructure.getDefaultWorkerPool())
        .chain(others::ask);
  }

  /** On a worker thread, which waits. */
  @GET
  @Path("call/blocking")
  public String callAndWait(@QueryParam("url") String url) {
    return others.get(url);
  }

  /** On a virtual thread, which waits; on a worker thread before JDK 21. */
  @GET
  @Path("call/virtual")
  public Uni<String> callFromAVirtualThread(@QueryParam("url") String url) {
    return Uni.createFrom().item(() -> others.get(url)).runSubscriptionOn(virtualThreads);
  }
}

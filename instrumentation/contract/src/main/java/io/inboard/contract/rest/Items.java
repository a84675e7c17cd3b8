// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;

/** A resource with every kind of path. */
@Path("items")
public class Items {
  @GET
  public String all() {
    return "all";
  }

  @GET
  @Path("{id}")
  public String one(@PathParam("id") String id) {
    return "item " + id;
  }

  @GET
  @Path("/{id}/parts/{part: [a-z]+}/")
  public String part(@PathParam("id") String id, @PathParam("part") String part) {
    return part + " of " + id;
  }

  @GET
  @Path("later/{id}")
  public void later(@PathParam("id") String id, @Suspended AsyncResponse response) {
    new Thread(() -> response.resume("item " + id), "later").start();
  }

  @GET
  @Path("failing/{id}")
  public String failing(@PathParam("id") String id) {
    throw new IllegalStateException("the application's own error: " + id);
  }

  /** A sub-resource. */
  @Path("{id}/orders")
  public Orders orders() {
    return new Orders();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/** Below an item, and in itself: the lines of an order are orders, too. */
public class Orders {
  @GET
  @Path("{order}")
  public String one(@PathParam("order") String order) {
    return "order " + order;
  }

  @Path("{order}/lines")
  public Orders lines() {
    return new Orders();
  }
}

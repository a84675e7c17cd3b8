// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.quarkus;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Below a customer. */
public class Orders {
  @GET
  @Path("{order}")
  public String one(String order) {
    return "order " + order;
  }
}

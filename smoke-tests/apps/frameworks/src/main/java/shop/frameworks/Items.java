// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;

/** What both frameworks of the server serve. */
@Path("items")
public class Items {
  /** Says who asked, as far as the container was told. */
  @GET
  @Path("{id}")
  @Produces("text/plain")
  public String item(
      @PathParam("id") String id, @HeaderParam("x-forwarded-client-cert") String caller) {
    return "item " + id + " for " + caller;
  }
}

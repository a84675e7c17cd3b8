// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract.rest;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;

/** Refuses by a filter, once a method was chosen. */
@Provider
public class Guard implements ContainerRequestFilter {
  @Override
  public void filter(ContainerRequestContext request) {
    if (request.getHeaderString("x-refuse") != null) {
      request.abortWith(Response.status(401).build());
    }
  }
}

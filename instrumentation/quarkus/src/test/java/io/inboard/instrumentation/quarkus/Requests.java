// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.quarkus;

import java.util.List;

/** Requests to an application of Quarkus REST, beside some version of it. */
public interface Requests {
  /**
   * The resources that a request is led to, one after the other.
   *
   * @param prefix below which the application is installed
   */
  void route(String prefix, List<Resource> resources);

  /**
   * A method of a resource.
   *
   * @param verb GET and the like; null: it gives a sub-resource
   * @param classPath what {@code @Path} says of its class; null: nothing
   * @param path what {@code @Path} says of it
   * @param located whether it was found in a sub-resource
   */
  record Resource(String verb, String classPath, String path, boolean located) {}
}

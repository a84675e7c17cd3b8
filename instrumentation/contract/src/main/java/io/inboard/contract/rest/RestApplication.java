// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract.rest;

import jakarta.ws.rs.core.Application;
import java.util.Set;

/** All of it. */
public class RestApplication extends Application {
  @Override
  public Set<Class<?>> getClasses() {
    return Set.of(Items.class, Guard.class);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import jakarta.ws.rs.core.Application;
import java.util.Set;

/** Named by the settings of RESTEasy's servlet. */
public class RestEasyApplication extends Application {
  @Override
  public Set<Class<?>> getClasses() {
    return Set.of(Items.class);
  }
}

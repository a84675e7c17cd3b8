// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.util.List;

/**
 * Where the endpoints of a destination are known from. A list without endpoints is a list: calls
 * are refused then, and never left to the library, which would connect in the clear.
 */
public sealed interface EndpointSettings {
  /** See {@link ByLibrary}. */
  EndpointSettings BY_LIBRARY = new ByLibrary();

  /** The library resolves the host and connects as it always does; only the policies apply. */
  record ByLibrary() implements EndpointSettings {}

  /**
   * The settings list them.
   *
   * @param instances addresses, or names that stand for all addresses that they resolve to; none:
   *     every call is refused
   */
  record Listed(List<Instance> instances) implements EndpointSettings {
    public Listed {
      instances = List.copyOf(instances);
    }
  }
}

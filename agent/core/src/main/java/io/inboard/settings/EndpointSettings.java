// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Where the endpoints of a destination are known from. A list without endpoints is a list: calls
 * are refused then, and never left to the library, which would connect in the clear. The same holds
 * for endpoints that a source has yet to find, or does not find any more.
 */
public sealed interface EndpointSettings {
  /** See {@link ByLibrary}. */
  EndpointSettings BY_LIBRARY = new ByLibrary();

  /** The library resolves the host and connects as it always does; only the policies apply. */
  record ByLibrary() implements EndpointSettings {}

  /** The mesh knows them, and decides where a call connects. */
  sealed interface ByMesh extends EndpointSettings {}

  /**
   * The settings list them.
   *
   * @param instances addresses, or names that stand for all addresses that they resolve to; none:
   *     every call is refused
   */
  record Listed(List<Instance> instances) implements ByMesh {
    public Listed {
      instances = List.copyOf(instances);
    }
  }

  /** A source finds them while the settings stay as they are. */
  sealed interface Discovered extends ByMesh {
    /**
     * How long the last endpoints stay in use when the source says that there are none: a registry
     * that has lost its memory says so, too. 0: not at all.
     */
    Duration emptyGrace();
  }

  /**
   * A file that is watched; it lists them as the settings would.
   *
   * @param path absolute, or relative to the working directory
   */
  record FromFile(String path, Duration emptyGrace) implements Discovered {
    public FromFile {
      Objects.requireNonNull(path);
      Objects.requireNonNull(emptyGrace);
    }
  }
}

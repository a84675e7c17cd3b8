// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Finds the addresses of a name. Safe for use by any thread. */
@FunctionalInterface
public interface Resolver {
  /** The JDK's: hosts file and DNS, or what the application has put in their place. */
  Resolver JDK = InetAddress::getAllByName;

  /**
   * All addresses of a name, one at least. May block for as long as the network likes, so only
   * {@link Names} asks, on a thread of its own.
   */
  InetAddress[] resolve(String host) throws UnknownHostException;
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Turns an instance's host into an address. Safe for use by any thread. */
@FunctionalInterface
public interface Resolver {
  /** The JDK's: hosts file and DNS, cached as {@code networkaddress.cache.ttl} says. May block. */
  Resolver JDK = InetAddress::getByName;

  /** An IP literal is parsed, a name is looked up. */
  InetAddress resolve(String host) throws UnknownHostException;

  /**
   * Where to connect for an instance.
   *
   * @param logicalHost the host name that the returned address carries, so that no reverse look-up
   *     is made for it
   * @return unresolved when the instance's name is unknown: connecting then fails as the library's
   *     connect fails, and is a connect failure like any other
   */
  default InetSocketAddress locate(Instance instance, String logicalHost) {
    try {
      byte[] address = resolve(instance.host()).getAddress();
      return new InetSocketAddress(InetAddress.getByAddress(logicalHost, address), instance.port());
    } catch (UnknownHostException e) {
      return InetSocketAddress.createUnresolved(instance.host(), instance.port());
    }
  }
}

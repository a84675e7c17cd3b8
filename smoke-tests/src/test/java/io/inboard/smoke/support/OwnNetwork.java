// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.NetworkInterface;
import java.net.SocketException;

/**
 * For stories whose services listen on all addresses: they run only where nobody else can reach
 * these, in a network namespace that has nothing but loopback.
 */
public final class OwnNetwork {
  private OwnNetwork() {}

  /** Skips the tests of this class, and says why, unless this process has a network of its own. */
  public static void needed() throws SocketException {
    assumeTrue(
        NetworkInterface.networkInterfaces().allMatch(OwnNetwork::isOwn),
        "its services listen on all addresses: run it in a network namespace, as .ci/run does"
            + " (unshare -n)");
  }

  private static boolean isOwn(NetworkInterface network) {
    try {
      return network.isLoopback() || !network.isUp();
    } catch (SocketException e) {
      return false;
    }
  }
}

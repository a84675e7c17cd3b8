// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import java.net.URI;

/**
 * One run that is asked of the generator; as JSON, one line.
 *
 * @param mode closed: every connection sends its next request when the answer is there. open:
 *     requests are due at a constant rate, whatever became of those before
 * @param url of a GET, plain HTTP
 * @param rate requests a second of an open loop; a closed one has none: 0
 * @param connections kept open; an open loop's request waits in line while all are busy
 * @param seconds during which requests are sent; the answers to the last are waited for
 */
public record LoadOrder(Mode mode, String url, double rate, int connections, double seconds) {
  private static final int MOST_CONNECTIONS = 10_000;

  /** How the next request is chosen. Lower case, since it stands so in the JSON. */
  @SuppressWarnings("MemberName")
  public enum Mode {
    closed,
    open
  }

  /** Throws IllegalArgumentException that says what cannot be done. */
  public LoadOrder {
    require(mode != null, "mode is missing: closed or open");
    require(url != null && url.startsWith("http://"), "url must begin with http://");
    require(URI.create(url).getHost() != null, "url has no host");
    require(connections > 0 && connections <= MOST_CONNECTIONS, "connections must be 1 to 10000");
    require(seconds > 0 && seconds <= 3600, "seconds must be more than 0, 3600 at most");
    if (mode == Mode.open) {
      require(rate > 0 && rate <= 1_000_000, "an open loop needs a rate, 1000000 at most");
    } else {
      require(rate == 0, "a closed loop has no rate");
    }
  }

  public static LoadOrder closed(String url, int connections, double seconds) {
    return new LoadOrder(Mode.closed, url, 0, connections, seconds);
  }

  public static LoadOrder open(String url, double rate, int connections, double seconds) {
    return new LoadOrder(Mode.open, url, rate, connections, seconds);
  }

  private static void require(boolean held, String otherwise) {
    if (!held) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}

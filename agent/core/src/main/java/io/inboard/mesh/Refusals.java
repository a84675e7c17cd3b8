// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.admission.Authorization;
import io.inboard.call.InboundRequest;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Log;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Printable;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import io.inboard.time.Clock;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Every refusal explains itself: a line in the log (limited in rate), a count by reason, and the
 * last ones for {@code status}. Nothing of it is sent to the peer. Any thread; off the path of what
 * is served.
 */
final class Refusals {
  /** How many of the last are kept; those of one peer for one reason are one. */
  static final int MOST = 20;

  /** Reasons come from the settings' rules and our own words; a bound all the same. */
  private static final int MOST_REASONS = 500;

  private static final int MOST_OF_PATH = 120;
  private static final int MOST_OF_METHOD = 20;
  private static final int MOST_OF_PEER = 200;
  private static final String OTHERS = "others";

  private final Clock clock;

  // Guarded by this.
  private final Map<String, Long> requests = new TreeMap<>();
  private final Map<Key, Entry> last = new LinkedHashMap<>();

  Refusals(Clock clock) {
    this.clock = clock;
  }

  private record Key(int port, String peer, String reason) {}

  private static final class Entry {
    String what = "";
    long count;
    long nanos;
  }

  /** A request is refused. */
  void request(InboundRequest request, Optional<PeerIdentity> peer, Verdict.Deny deny, Mode mode) {
    int port = request.localPort();
    String address = host(request.remote());
    String who = peer.isPresent() ? Printable.text(peer.get().principal(), MOST_OF_PEER) : address;
    String what =
        Printable.text(request.method(), MOST_OF_METHOD)
            + " "
            + Printable.text(request.path(), MOST_OF_PATH);
    String reason = reason(deny);
    remember(new Key(port, who, reason), what, true);
    Log.refusal(
        reason + port,
        () ->
            "refused "
                + what
                + " on port "
                + port
                + " ("
                + deny.status()
                + "): "
                + reason
                + "; peer "
                + (peer.isPresent() ? who + " at " + address : address + ", without an identity")
                + hint(deny, mode, port));
  }

  /** A common mistake: probes and scrapers of a port on which callers prove no identity. */
  private static String hint(Verdict.Deny deny, Mode mode, int port) {
    return mode == Mode.DISABLE && deny.reason().equals(Authorization.NO_ALLOW_RULE)
        ? " (the mode of port "
            + port
            + " is DISABLE, so no caller proves an identity there; a rule {action: ALLOW, to:"
            + " {ports: ["
            + port
            + "]}} lets all of them in)"
        : "";
  }

  /** A connection is refused. */
  void connection(int port, InetSocketAddress remote, Refusal why) {
    String host = host(remote);
    remember(new Key(port, host, why.text()), "a connection", false);
    Log.refusal(
        "connection " + why.name() + port,
        () ->
            "refused a connection to port "
                + port
                + " from "
                + host
                + ":"
                + remote.getPort()
                + ": "
                + why.text()
                + hint(why, port));
  }

  private static String hint(Refusal why, int port) {
    return switch (why) {
      case PLAINTEXT -> ", and the port takes mutual TLS only (STRICT)";
      case UNSECURED_LISTENER ->
          ", and the port takes mutual TLS only (STRICT), which this listener cannot have from the"
              + " mesh: it serves HTTP/2 without TLS, AJP or the like by itself, or the connection"
              + " is older than STRICT. Serve the port by a listener of HTTP/1.1, over which callers"
              + " of the mesh may speak HTTP/2, too; or give this one TLS of its own, or exempt it:"
              + " inbound.portLevelMtls: {"
              + port
              + ": DISABLE}";
      default -> "";
    };
  }

  private static String reason(Verdict.Deny deny) {
    String text = deny.reason();
    return text.startsWith(Authorization.PREFIX)
        ? text.substring(Authorization.PREFIX.length())
        : text;
  }

  private static String host(InetSocketAddress remote) {
    return remote.getAddress() == null ? "unknown" : remote.getAddress().getHostAddress();
  }

  private synchronized void remember(Key key, String what, boolean counts) {
    if (counts) {
      String reason =
          requests.size() < MOST_REASONS || requests.containsKey(key.reason) ? key.reason : OTHERS;
      requests.merge(reason, 1L, Long::sum);
    }
    // Removed and put again: the latest are at the end.
    Entry entry = last.remove(key);
    if (entry == null) {
      entry = new Entry();
      if (last.size() >= MOST) {
        last.remove(last.keySet().iterator().next());
      }
    }
    entry.what = what;
    entry.count++;
    entry.nanos = clock.nanos();
    last.put(key, entry);
  }

  /** Refused requests since the start of the JVM, by rule or reason. */
  synchronized Map<String, Long> byReason() {
    return new TreeMap<>(requests);
  }

  /** The latest first. */
  synchronized List<Last> last() {
    long now = clock.nanos();
    List<Last> all = new ArrayList<>();
    last.forEach(
        (key, entry) ->
            all.add(
                0,
                new Last(
                    key.port,
                    key.peer,
                    entry.what,
                    key.reason,
                    entry.count,
                    TimeUnit.NANOSECONDS.toSeconds(Math.max(0, now - entry.nanos)))));
    return all;
  }

  /**
   * What one peer was refused for one reason.
   *
   * @param peer a principal, or an address where none was proven
   * @param what method and path of the last one, printable and cut; {@code a connection}
   * @param reason the rule, or why
   * @param count of them, while it was among the last
   */
  record Last(int port, String peer, String what, String reason, long count, long secondsAgo) {}
}

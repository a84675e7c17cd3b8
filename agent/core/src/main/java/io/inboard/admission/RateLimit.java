// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import io.inboard.call.GrpcStatus;
import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Verdict;
import io.inboard.settings.PathPatterns;
import io.inboard.settings.RateLimitSettings;
import io.inboard.settings.ServerSettings;
import io.inboard.time.Clock;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Refuses requests of callers that send too many, with 429 and the time after which one will be
 * taken; RATIONALE.md, Rate limit. Asked after authorization, so that nobody's limit is used up by
 * requests that were refused anyway, and before {@link Shedding}. Safe for use by any thread; takes
 * no lock.
 *
 * <p>Requests that lack what tells callers apart (no such header, no identity) share one bucket:
 * else to leave the header out would be the way around the limit. So do those with several such
 * headers, of which the application may read any: each set of them would be a caller of its own.
 */
public final class RateLimit {
  /** What the reason of every refusal of ours begins with. */
  public static final String PREFIX = "rate limit: ";

  private static final String WITHOUT = "";

  private static final int TOO_MANY_REQUESTS = 429;

  /** The half of an address of IPv6 that names a network; a host may use all of the other half. */
  private static final int NETWORK_BYTES = 8;

  private final Clock clock;
  private final long origin;
  private final LongAdder refused = new LongAdder();

  /** Replaced whole by {@link #apply}; null: no limit. */
  private volatile Rule rule;

  /**
   * @param buckets kept from one version of the settings to the next, if callers are told apart as
   *     before
   * @param shared why a request that lacks what tells callers apart is refused
   */
  private record Rule(
      RateLimitSettings settings,
      PathPatterns exempt,
      TokenBuckets buckets,
      long intervalNanos,
      String reason,
      String shared) {}

  /** Refuses nothing until settings come. */
  public RateLimit(Clock clock) {
    this.clock = clock;
    this.origin = clock.nanos();
  }

  /** Judges requests that come from now on by these settings; who is at its limit stays so. */
  public synchronized void apply(ServerSettings server) {
    if (server.rateLimit().isEmpty()) {
      rule = null;
      return;
    }
    RateLimitSettings settings = server.rateLimit().get();
    Rule before = rule;
    boolean keeps = before != null && before.settings.countsAlike(settings);
    long unit = settings.unit().length().toNanos();
    int requests = settings.requestsPerUnit();
    String reason = PREFIX + settings;
    rule =
        new Rule(
            settings,
            new PathPatterns(server.exempt()),
            keeps ? before.buckets : TokenBuckets.create(),
            // Rounded up: never more than was asked for.
            (unit + requests - 1) / requests,
            reason,
            reason + ", and those without it, or with several, share one");
  }

  /** {@link Verdict#ALLOW}, or a {@link Verdict.Deny} with 429. */
  public Verdict judge(InboundRequest request) {
    Rule now = rule;
    if (now == null || now.exempt.matches(request.path())) {
      return Verdict.ALLOW;
    }
    CharSequence key = key(now.settings, request);
    long wait =
        now.buckets.take(
            key, clock.nanos() - origin, now.settings.requestsPerUnit(), now.intervalNanos);
    if (wait == 0) {
      return Verdict.ALLOW;
    }
    refused.increment();
    boolean lacks = key.length() == 0 && now.settings.per() != RateLimitSettings.Per.ALL;
    long seconds = TimeUnit.NANOSECONDS.toSeconds(wait + TimeUnit.SECONDS.toNanos(1) - 1);
    return new Verdict.Deny(
        TOO_MANY_REQUESTS,
        GrpcStatus.ofHttp(TOO_MANY_REQUESTS),
        lacks ? now.shared : now.reason,
        (int) seconds);
  }

  /** What tells its sender from others; {@link #WITHOUT}: it has none. */
  private static CharSequence key(RateLimitSettings settings, InboundRequest request) {
    return switch (settings.per()) {
      case ALL -> WITHOUT;
      case SOURCE -> source(request);
      case PRINCIPAL -> request.peer().map(PeerIdentity::principal).orElse(WITHOUT);
      case HEADER -> {
        List<String> values = request.headers(settings.header());
        yield values.size() == 1 ? values.get(0).strip() : WITHOUT;
      }
    };
  }

  private static CharSequence source(InboundRequest request) {
    String digits = request.remoteAddress();
    if (digits.indexOf(':') < 0) {
      return digits;
    }
    InetSocketAddress remote = request.remote();
    if (remote == null || !(remote.getAddress() instanceof Inet6Address address)) {
      return digits;
    }
    byte[] bytes = address.getAddress();
    char[] network = new char[NETWORK_BYTES];
    for (int i = 0; i < NETWORK_BYTES; i++) {
      network[i] = (char) bytes[i];
    }
    return new String(network);
  }

  /** Where it stands now. */
  public Status status() {
    Rule now = rule;
    return new Status(
        now == null ? Optional.empty() : Optional.of(now.settings.toString()), refused.sum());
  }

  /**
   * @param limit in plain words; empty: none
   * @param refused since the start of the JVM
   */
  public record Status(Optional<String> limit, long refused) {}
}

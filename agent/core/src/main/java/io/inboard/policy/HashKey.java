// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Balancer;
import io.inboard.balance.Hashing;
import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest;
import io.inboard.settings.BalancerSettings.HashSettings;
import java.util.List;
import java.util.SplittableRandom;

/** Finds the key of a request for a consistent hash. Immutable. */
final class HashKey {
  /**
   * Stands for a caller that is not known: one endpoint for all calls of this JVM, and another one
   * for those of the next JVM.
   */
  private static final long THIS_JVM = Hashing.of(Long.toString(new SplittableRandom().nextLong()));

  private final HashSettings settings;

  HashKey(HashSettings settings) {
    this.settings = settings;
  }

  /** The key's hash; {@link Balancer#NO_KEY} if the request has none, or an empty one. */
  long of(OutboundRequest request, CallerTerms terms) {
    return switch (settings.by()) {
      case HEADER -> header(request.headers(settings.name()));
      case COOKIE -> cookie(request.headers("cookie"));
      case QUERY_PARAMETER -> query(request.target());
      case SOURCE -> terms.source().isEmpty() ? THIS_JVM : Hashing.of(terms.source());
    };
  }

  private static long header(List<String> values) {
    return values.isEmpty() ? Balancer.NO_KEY : hash(values.get(0), 0, values.get(0).length());
  }

  /** RFC 6265 section 4.2.1: pairs with a semicolon and a space between. */
  private long cookie(List<String> headers) {
    for (String header : headers) {
      long hash = pair(header, 0, header.length(), ';');
      if (hash != Balancer.NO_KEY) {
        return hash;
      }
    }
    return Balancer.NO_KEY;
  }

  /** As it stands on the wire: what is encoded differently is another key. */
  private long query(String target) {
    int start = target.indexOf('?') + 1;
    int fragment = target.indexOf('#', start);
    return start == 0
        ? Balancer.NO_KEY
        : pair(target, start, fragment < 0 ? target.length() : fragment, '&');
  }

  /** The value of the first pair of our name. */
  private long pair(String text, int from, int to, char separator) {
    String name = settings.name();
    int start = from;
    while (start < to) {
      int found = text.indexOf(separator, start);
      int end = found < 0 || found > to ? to : found;
      while (start < end && text.charAt(start) == ' ') {
        start++;
      }
      int equals = start + name.length();
      if (equals < end && text.charAt(equals) == '=' && text.startsWith(name, start)) {
        return hash(text, equals + 1, end);
      }
      start = end + 1;
    }
    return Balancer.NO_KEY;
  }

  private static long hash(String text, int from, int to) {
    return from == to ? Balancer.NO_KEY : Hashing.of(text, from, to);
  }
}

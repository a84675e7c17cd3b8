// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.OutboundRequest;
import io.inboard.settings.RouteSettings.Match;
import io.inboard.settings.RouteSettings.TextMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a route matches, compiled: all conditions must hold. Immutable. */
final class RouteMatch {
  private final List<Predicate<OutboundRequest>> conditions;

  private RouteMatch(List<Predicate<OutboundRequest>> conditions) {
    this.conditions = List.copyOf(conditions);
  }

  static RouteMatch of(Match match) {
    List<Predicate<OutboundRequest>> conditions = new ArrayList<>();
    match.method().map(RouteMatch::text).ifPresent(m -> conditions.add(r -> m.test(r.method())));
    match.path().map(RouteMatch::text).ifPresent(m -> conditions.add(r -> m.test(path(r))));
    match.headers().forEach((name, m) -> conditions.add(header(name, text(m))));
    return new RouteMatch(conditions);
  }

  boolean matches(OutboundRequest request) {
    for (int i = 0; i < conditions.size(); i++) {
      if (!conditions.get(i).test(request)) {
        return false;
      }
    }
    return true;
  }

  /** One of the values is enough. */
  private static Predicate<OutboundRequest> header(String name, Predicate<String> text) {
    return request -> {
      List<String> values = request.headers(name);
      for (int i = 0; i < values.size(); i++) {
        if (text.test(values.get(i))) {
          return true;
        }
      }
      return false;
    };
  }

  private static Predicate<String> text(TextMatch match) {
    String value = match.value();
    return switch (match.kind()) {
      case EXACT -> value::equals;
      case PREFIX -> text -> text.startsWith(value);
      case REGEX -> Pattern.compile(value).asMatchPredicate();
      case PRESENT -> text -> true;
    };
  }

  private static String path(OutboundRequest request) {
    String target = request.target();
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }
}

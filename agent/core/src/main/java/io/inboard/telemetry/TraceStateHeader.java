// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A {@code tracestate} as it came: checked, combined into one header, in its order. The SDK's own
 * class refuses keys that level 2 of the specification allows ({@code a@b@c}), so this is ours.
 * Immutable.
 */
final class TraceStateHeader implements TraceState {
  private static final int MAX_MEMBERS = 32;

  /** At least so many characters are to be propagated; what is longer is cut by whole members. */
  private static final int MAX_LENGTH = 512;

  /** Members longer than this go first when the whole is too long. */
  private static final int LONG_MEMBER = 128;

  private static final int MAX_KEY = 256;
  private static final int MAX_VALUE = 256;

  private final Map<String, String> members;
  private final String header;

  private TraceStateHeader(Map<String, String> members) {
    this.members = Collections.unmodifiableMap(members);
    StringBuilder text = new StringBuilder();
    members.forEach(
        (key, value) ->
            text.append(text.length() == 0 ? "" : ",").append(key).append('=').append(value));
    this.header = text.toString();
  }

  /** Reads all headers of a message; empty if one member is invalid or there are too many. */
  static TraceState read(List<String> headers) {
    Map<String, String> members = new LinkedHashMap<>();
    int count = 0;
    for (String header : headers) {
      int from = 0;
      while (from <= header.length()) {
        int comma = header.indexOf(',', from);
        int to = comma < 0 ? header.length() : comma;
        String member = Chars.trimOws(header.substring(from, to));
        from = to + 1;
        if (member.isEmpty()) {
          continue;
        }
        int equals = member.indexOf('=');
        if (++count > MAX_MEMBERS
            || equals < 0
            || !validKey(member, equals)
            || !validValue(member, equals + 1)) {
          return TraceState.getDefault();
        }
        // A key that comes twice: the left one is the more recent.
        members.putIfAbsent(member.substring(0, equals), member.substring(equals + 1));
      }
    }
    truncate(members);
    return members.isEmpty() ? TraceState.getDefault() : new TraceStateHeader(members);
  }

  private static boolean validKey(String member, int end) {
    if (end == 0 || end > MAX_KEY || !lowerOrDigit(member.charAt(0))) {
      return false;
    }
    for (int i = 1; i < end; i++) {
      char c = member.charAt(i);
      if (!lowerOrDigit(c) && c != '_' && c != '-' && c != '*' && c != '/' && c != '@') {
        return false;
      }
    }
    return true;
  }

  private static boolean lowerOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static boolean validValue(String member, int start) {
    int length = member.length() - start;
    if (length == 0 || length > MAX_VALUE) {
      return false;
    }
    for (int i = start; i < member.length(); i++) {
      char c = member.charAt(i);
      if (c < 0x20 || c > 0x7e || c == '=') {
        return false;
      }
    }
    return true;
  }

  /** Section "tracestate Limits": whole members only, long ones first, then from the end. */
  private static void truncate(Map<String, String> members) {
    int length = members.size() - 1;
    for (Map.Entry<String, String> member : members.entrySet()) {
      length += size(member);
    }
    if (length <= MAX_LENGTH) {
      return;
    }
    List<Map.Entry<String, String>> entries = new ArrayList<>(members.entrySet());
    Collections.reverse(entries);
    for (boolean onlyLong : new boolean[] {true, false}) {
      for (Map.Entry<String, String> member : entries) {
        if (length > MAX_LENGTH
            && (!onlyLong || size(member) > LONG_MEMBER)
            && members.containsKey(member.getKey())) {
          length -= size(member) + 1;
          members.remove(member.getKey());
        }
      }
    }
  }

  private static int size(Map.Entry<String, String> member) {
    return member.getKey().length() + 1 + member.getValue().length();
  }

  /** The header's value for any trace state; empty when there is nothing to send. */
  static String write(TraceState state) {
    if (state instanceof TraceStateHeader ours) {
      return ours.header;
    }
    return state.isEmpty() ? "" : new TraceStateHeader(state.asMap()).header;
  }

  @Override
  public String get(String key) {
    return members.get(key);
  }

  @Override
  public int size() {
    return members.size();
  }

  @Override
  public boolean isEmpty() {
    return members.isEmpty();
  }

  @Override
  public void forEach(BiConsumer<String, String> consumer) {
    members.forEach(consumer);
  }

  @Override
  public Map<String, String> asMap() {
    return members;
  }

  @Override
  public TraceStateBuilder toBuilder() {
    TraceStateBuilder builder = TraceState.builder();
    List<Map.Entry<String, String>> entries = new ArrayList<>(members.entrySet());
    // The builder puts each new member to the left.
    Collections.reverse(entries);
    entries.forEach(entry -> builder.put(entry.getKey(), entry.getValue()));
    return builder;
  }

  @Override
  public String toString() {
    return header;
  }
}

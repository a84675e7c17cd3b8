// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;

import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.lang.reflect.Method;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;

/** For tests beyond the contract: a client of the usual settings, and nothing left in our maps. */
abstract class JdkHarness extends ClientHarness {
  private static final Set<String> WITH_MAPS =
      Set.of(
          Answers.class.getName(),
          Bodies.class.getName(),
          Conversation.class.getName(),
          Route.class.getName());

  /**
   * The same as the JDK was woven with, which are loaded at their first use by a loader of their
   * own: not those that tests see. Used by one test at a time.
   */
  private static List<Class<?>> woven = List.of();

  final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  @Override
  protected final String libraryName() {
    return JdkHttpClientHooks.NAME;
  }

  @Override
  protected final Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the client itself");
  }

  @AfterEach
  final void nothingIsRemembered() {
    findWoven();
    Map<String, Integer> remembered = new TreeMap<>();
    eventually(
        () -> {
          woven.forEach(type -> remembered.put(type.getSimpleName(), known(type)));
          return remembered.values().stream().allMatch(count -> count == 0);
        },
        remembered::toString);
  }

  private static void findWoven() {
    if (woven.size() < WITH_MAPS.size()) {
      List<Class<?>> found = new ArrayList<>();
      for (Class<?> type : ByteBuddyAgent.install().getAllLoadedClasses()) {
        if (WITH_MAPS.contains(type.getName())
            && type.getClassLoader() != JdkHarness.class.getClassLoader()) {
          found.add(type);
        }
      }
      woven = found;
    }
  }

  private static int known(Class<?> type) {
    try {
      Method known = type.getDeclaredMethod("known");
      known.setAccessible(true);
      return (int) known.invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import io.inboard.weave.Handles.Field;
import io.inboard.weave.Handles.Method;
import io.inboard.weave.Handles.Owner;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;

/** What the adapter reaches in reactor-netty's client and is not public, each once. */
final class Members {
  static final String P = "reactor.netty.http.client.";
  static final String HANDLER = P + "HttpClientConnect$HttpClientHandler";
  static final String OPERATIONS = P + "HttpClientOperations";

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  // What a subscription knows of the request.
  private static final Owner HANDLERS = HANDLES.in(HANDLER);
  static final Method NEW_HANDLER = HANDLERS.reach(method("<init>", 1));
  static final Field METHOD = HANDLERS.reach(field("method"));
  static final Field TO = HANDLERS.reach(field("toURI"));
  static final Field FROM = HANDLERS.reach(field("fromURI"));
  static final Field REDIRECTED_FROM = HANDLERS.reach(field("redirectedFrom"));
  static final Field PREVIOUS_HEADERS = HANDLERS.reach(field("previousRequestHeaders"));
  static final Field SHOULD_RETRY = HANDLERS.reach(field("shouldRetry"));
  static final Field BODY = HANDLERS.reach(field("handler"));
  static final Field WEBSOCKET = HANDLERS.reach(field("websocketClientSpec"));

  /** What the library repeats a request for that was answered. */
  static final Owner REDIRECT = HANDLES.in(P + "RedirectClientException");

  /** Since 1.3. */
  private static final String AUTHENTICATION = P + "HttpClientAuthenticationException";

  static final Owner CHALLENGE = HANDLES.inVersionsWith(AUTHENTICATION);

  private static final Owner HANDLERS_1_3 = HANDLES.inLineWith(AUTHENTICATION, HANDLER);
  static final Field AUTHENTICATION_RETRIES = HANDLERS_1_3.reach(field("authenticationRetries"));
  static final Field AUTHENTICATES = HANDLERS_1_3.reach(field("applyAuthenticatorOnNextRequest"));

  /** 1.0 and 1.1 keep the URL as text, too; what the adapter does without where it is not. */
  static final Field RESOURCE_URL = HANDLES.inIfThere(HANDLER).reach(field("resourceUrl"));

  // A URL.
  private static final Owner URI = HANDLES.in(P + "UriEndpoint");
  static final Field SCHEME = URI.reach(field("scheme"));
  static final Field HOST = URI.reach(field("host"));
  static final Method REMOTE = URI.reach(method("getRemoteAddress", 0));
  static final Method TARGET = URI.reach(method("getPathAndQuery", 0));
  static final Method URL = URI.reach(method("toExternalForm", 0));

  // A pool.
  static final Field POOL_ADDRESS =
      HANDLES.in("reactor.netty.resources.PooledConnectionProvider$PoolKey").reach(field("holder"));

  // A request and its response.
  static final Method REQUEST = HANDLES.in(OPERATIONS).reach(method("getNettyRequest", 0));

  private Members() {}

  /** Whether this is 1.3 or later, as far as authentication goes. */
  static boolean authenticates() {
    return Lines.AUTHENTICATION_IS_THERE;
  }

  /** Whether this is 1.0 or 1.1. */
  static boolean keepsUrl() {
    return Lines.URL_IS_KEPT;
  }

  /** Looked at when the first call is made. */
  private static final class Lines {
    static final boolean AUTHENTICATION_IS_THERE = isThere(AUTHENTICATION);
    static final boolean URL_IS_KEPT = hasUrl();

    private static boolean isThere(String className) {
      try {
        Class.forName(className, false, Members.class.getClassLoader());
        return true;
      } catch (ClassNotFoundException e) {
        return false;
      }
    }

    private static boolean hasUrl() {
      try {
        Class<?> handler = Class.forName(HANDLER, false, Members.class.getClassLoader());
        return Arrays.stream(handler.getDeclaredFields())
            .anyMatch(field -> field.getName().equals("resourceUrl"));
      } catch (ClassNotFoundException e) {
        return false;
      }
    }
  }
}

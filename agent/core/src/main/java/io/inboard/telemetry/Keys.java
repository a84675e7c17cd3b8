// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Attribute names: OpenTelemetry's semantic conventions of HTTP and of gRPC, and our own. */
final class Keys {
  static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  static final AttributeKey<String> METHOD_ORIGINAL =
      AttributeKey.stringKey("http.request.method_original");
  static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
  static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
  static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> URL_FULL = AttributeKey.stringKey("url.full");
  static final AttributeKey<String> URL_SCHEME = AttributeKey.stringKey("url.scheme");
  static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");
  static final AttributeKey<String> URL_QUERY = AttributeKey.stringKey("url.query");
  static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
  static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
  static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");
  static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
  static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
  static final AttributeKey<String> PROTOCOL_VERSION =
      AttributeKey.stringKey("network.protocol.version");
  static final AttributeKey<String> USER_AGENT = AttributeKey.stringKey("user_agent.original");

  static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system");
  static final AttributeKey<String> RPC_SERVICE = AttributeKey.stringKey("rpc.service");
  static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
  static final AttributeKey<Long> RPC_STATUS = AttributeKey.longKey("rpc.grpc.status_code");

  static final AttributeKey<String> PEER_ID = AttributeKey.stringKey("inboard.peer.id");
  static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("inboard.destination");
  static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("inboard.endpoint");
  static final AttributeKey<String> RETRY_REASON = AttributeKey.stringKey("inboard.retry.reason");
  static final AttributeKey<String> REFUSED = AttributeKey.stringKey("inboard.refused");
  static final AttributeKey<String> FLAGS = AttributeKey.stringKey("inboard.flags");
  static final AttributeKey<String> FALLBACK = AttributeKey.stringKey("inboard.fallback");
  static final AttributeKey<String> DENY_REASON = AttributeKey.stringKey("inboard.deny.reason");

  /** Stands for what is not known, where a value is required. */
  static final String OTHER = "_OTHER";

  private static final Set<String> METHODS =
      Set.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE");

  private Keys() {}

  /** The method if it is one of RFC 9110 or RFC 5789, else {@link #OTHER}: it names metrics. */
  static String method(String method) {
    return METHODS.contains(method) ? method : OTHER;
  }

  /** What a span's name has for a method. */
  static String methodInName(String known) {
    return known.equals(OTHER) ? "HTTP" : known;
  }

  /**
   * {@code error.type}: the status if it is an error, else the class of what was thrown, else
   * empty.
   *
   * @param firstError the lowest status that is an error: 400 for clients, 500 for servers
   * @param error null if nothing was thrown
   */
  static String errorType(int status, int firstError, Throwable error) {
    if (status >= firstError) {
      return Integer.toString(status);
    }
    return error == null ? "" : unwrap(error).getClass().getName();
  }

  /** The error inside what futures wrap around it. */
  static Throwable unwrap(Throwable error) {
    Throwable inner = error;
    while ((inner instanceof CompletionException || inner instanceof ExecutionException)
        && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }
}

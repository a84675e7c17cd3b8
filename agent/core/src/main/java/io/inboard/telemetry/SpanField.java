// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/**
 * Attributes of spans whose value is a text, and where a span keeps them: each kind of span has an
 * array with a place for every attribute that it may have, those that nearly all have first. The
 * places are also the order in which they are exported.
 */
enum SpanField {
  METHOD(Keys.METHOD, 0, 0),
  URL_SCHEME(Keys.URL_SCHEME, 1, -1),
  URL_FULL(Keys.URL_FULL, -1, 1),
  SERVER_ADDRESS(Keys.SERVER_ADDRESS, 2, 2),
  PROTOCOL_VERSION(Keys.PROTOCOL_VERSION, 3, 3),
  URL_PATH(Keys.URL_PATH, 4, -1),
  PEER_ADDRESS(Keys.PEER_ADDRESS, 5, 4),
  CLIENT_ADDRESS(Keys.CLIENT_ADDRESS, 6, -1),
  USER_AGENT(Keys.USER_AGENT, 7, -1),
  ROUTE(Keys.ROUTE, 8, -1),
  URL_QUERY(Keys.URL_QUERY, 9, -1),
  PEER_ID(Keys.PEER_ID, 10, 5),
  DESTINATION(Keys.DESTINATION, -1, 6),
  ENDPOINT(Keys.ENDPOINT, -1, 7),
  METHOD_ORIGINAL(Keys.METHOD_ORIGINAL, 11, 8),
  ERROR_TYPE(Keys.ERROR_TYPE, 12, 9),
  DENY_REASON(Keys.DENY_REASON, 13, -1),
  RETRY_REASON(Keys.RETRY_REASON, -1, 10),
  REFUSED(Keys.REFUSED, -1, 11),
  FLAGS(Keys.FLAGS, -1, 12),
  FALLBACK(Keys.FALLBACK, -1, 13),
  RPC_SYSTEM(Keys.RPC_SYSTEM, 14, 14),
  RPC_SERVICE(Keys.RPC_SERVICE, 15, 15),
  RPC_METHOD(Keys.RPC_METHOD, 16, 16);

  /** How many places a span has at first: the mesh adds some to those of a call. */
  static final int USUAL_SERVER = 10;

  static final int USUAL_CLIENT = 4;
  static final int SOME = 8;

  /** How many it has at most. */
  static final int MOST = 17;

  private static final SpanField[] OF_SERVERS = new SpanField[MOST];
  private static final SpanField[] OF_CLIENTS = new SpanField[MOST];

  static {
    for (SpanField field : values()) {
      if (field.server >= 0) {
        OF_SERVERS[field.server] = field;
      }
      if (field.client >= 0) {
        OF_CLIENTS[field.client] = field;
      }
    }
  }

  private final AttributeKey<String> key;
  private final int server;
  private final int client;

  /** The name as a KeyValue's first field. */
  private final byte[] encoded;

  /**
   * @param server the place in a SERVER span; negative: it has none
   * @param client the place in a CLIENT span
   */
  SpanField(AttributeKey<String> key, int server, int client) {
    this.key = key;
    this.server = server;
    this.client = client;
    this.encoded = ProtoBuffer.keyOf(key.getKey());
  }

  /** What stands at a place. */
  static SpanField at(boolean ofServer, int place) {
    return (ofServer ? OF_SERVERS : OF_CLIENTS)[place];
  }

  AttributeKey<String> key() {
    return key;
  }

  /** Not to be changed. */
  byte[] encoded() {
    return encoded;
  }

  int place(boolean ofServer) {
    return ofServer ? server : client;
  }
}

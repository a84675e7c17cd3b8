// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/**
 * The status codes of gRPC (https://grpc.io/docs/guides/status-codes/), which it writes into
 * trailers of HTTP/2 while the status of HTTP is 200; and how they and those of HTTP stand for each
 * other.
 */
public final class GrpcStatus {
  /** The header, or trailer, that has the code. */
  public static final String HEADER = "grpc-status";

  public static final int OK = 0;
  public static final int CANCELLED = 1;
  public static final int UNKNOWN = 2;
  public static final int DEADLINE_EXCEEDED = 4;
  public static final int PERMISSION_DENIED = 7;
  public static final int RESOURCE_EXHAUSTED = 8;
  public static final int UNIMPLEMENTED = 12;
  public static final int INTERNAL = 13;
  public static final int UNAVAILABLE = 14;
  public static final int DATA_LOSS = 15;
  public static final int UNAUTHENTICATED = 16;

  /** Stands for a code that is not known. */
  public static final int NONE = -1;

  private static final String CONTENT_TYPE = "application/grpc";

  private static final int MOST = 16;

  /** By code. */
  private static final String[] NAMES = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED"
  };

  /** By code. */
  private static final int[] HTTP = {
    200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401
  };

  private GrpcStatus() {}

  /**
   * Whether a request is a call of gRPC, as Envoy tells it (Grpc::Common::hasGrpcContentType): one
   * of HTTP/2, whose type is {@code application/grpc}, with or without a suffix or a parameter.
   * gRPC-Web is not: its answers are others.
   */
  public static boolean isCall(InboundRequest request) {
    return request.protocolVersion().equals("2") && isType(request.only("content-type"));
  }

  private static boolean isType(CharSequence type) {
    int length = CONTENT_TYPE.length();
    if (type.length() < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (Character.toLowerCase(type.charAt(i)) != CONTENT_TYPE.charAt(i)) {
        return false;
      }
    }
    return type.length() == length || type.charAt(length) == '+' || type.charAt(length) == ';';
  }

  /**
   * The code that a header says.
   *
   * @return {@link #NONE} if it is none of gRPC's, 0 to 16
   */
  public static int parse(CharSequence value) {
    int length = value.length();
    if (length == 0 || length > 2) {
      return NONE;
    }
    int code = 0;
    for (int i = 0; i < length; i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return NONE;
      }
      code = 10 * code + digit;
    }
    return code > MOST ? NONE : code;
  }

  /**
   * As gRPC writes it: {@code UNAVAILABLE}.
   *
   * @param code 0 to 16
   */
  public static String name(int code) {
    return NAMES[code];
  }

  /**
   * The status of HTTP that stands for a code, by which Envoy judges an upstream
   * (Utility::grpcToHttpStatus in source/common/grpc/status.cc).
   *
   * @param code 0 to 16
   */
  public static int toHttp(int code) {
    return HTTP[code];
  }

  /**
   * The code that stands for an answer without one
   * (https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md).
   *
   * @param status of HTTP
   */
  public static int ofHttp(int status) {
    return switch (status) {
      case 200 -> OK;
      case 400 -> INTERNAL;
      case 401 -> UNAUTHENTICATED;
      case 403 -> PERMISSION_DENIED;
      case 404 -> UNIMPLEMENTED;
      case 429, 502, 503, 504 -> UNAVAILABLE;
      default -> UNKNOWN;
    };
  }

  /**
   * Whether a server's span has failed with a code; with others its caller has made a mistake
   * (OpenTelemetry's semantic conventions of gRPC).
   *
   * @param code 0 to 16
   */
  public static boolean isServerError(int code) {
    return switch (code) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      default -> false;
    };
  }
}

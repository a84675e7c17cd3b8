// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

/**
 * What a call of gRPC asks for, as its path says it.
 *
 * @param service with its package; empty where the path is none of gRPC's
 */
record Rpc(String service, String method) {
  static final String SYSTEM = "grpc";

  /**
   * @param path {@code /package.Service/Method}
   */
  static Rpc of(String path) {
    String name = path.startsWith("/") ? path.substring(1) : path;
    int slash = name.lastIndexOf('/');
    return slash < 0
        ? new Rpc("", name)
        : new Rpc(name.substring(0, slash), name.substring(slash + 1));
  }

  /** What its spans are called: {@code package.Service/Method}. */
  String name() {
    return service.isEmpty() ? method : service + "/" + method;
  }
}

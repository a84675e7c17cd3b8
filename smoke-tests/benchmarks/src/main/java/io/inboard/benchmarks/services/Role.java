// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

/** Which of the two services of a pair. */
enum Role {
  /** Is driven, and calls the other. */
  FRONT("web"),
  BACK("payments");

  private final String service;

  Role(String service) {
    this.service = service;
  }

  /** Its name in the mesh, in certificates and in traces. */
  String service() {
    return service;
  }

  Role peer() {
    return this == FRONT ? BACK : FRONT;
  }
}

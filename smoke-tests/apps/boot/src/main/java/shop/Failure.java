// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/** A switch: the service answers with an error status while it is set. */
@Component
class Failure {
  private volatile int status;

  void set(int status) {
    this.status = status;
  }

  void check() {
    int now = status;
    if (now != 0) {
      throw new ResponseStatusException(HttpStatus.valueOf(now));
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign;

/** Its retries are in another class. */
final class OldestFeignTest extends FeignContract {
  OldestFeignTest() {
    super("10.12");
  }
}

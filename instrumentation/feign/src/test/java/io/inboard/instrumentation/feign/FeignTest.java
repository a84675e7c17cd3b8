// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign;

/** The newest. */
final class FeignTest extends FeignContract {
  FeignTest() {
    super(System.getProperty("feign.version"));
  }
}

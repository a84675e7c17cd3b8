// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Vert.x's HTTP client of 4.5 and 5, and what stands on it (its WebClient): it is traced. The mesh
 * does not direct it: what it sends to a destination with mutual TLS is refused, as through a
 * proxy.
 */
package io.inboard.instrumentation.vertx.client;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Spring WebFlux: the route of a request, whatever server it came by, of annotated and of
 * functional handlers. Nothing else, for the server is hooked itself.
 */
package io.inboard.instrumentation.webflux;

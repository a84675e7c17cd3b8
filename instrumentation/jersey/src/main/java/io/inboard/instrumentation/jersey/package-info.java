// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Jersey's server, 2 and 3: the route of a request, whatever container it came by. Nothing else,
 * for the container is hooked itself.
 */
package io.inboard.instrumentation.jersey;

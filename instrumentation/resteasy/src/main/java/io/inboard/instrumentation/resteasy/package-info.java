// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * RESTEasy's server, 3 to 7: the route of a request, whatever container it came by. Nothing else,
 * for the container is hooked itself.
 */
package io.inboard.instrumentation.resteasy;

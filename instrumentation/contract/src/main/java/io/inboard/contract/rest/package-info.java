// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * An application of JAX-RS, for tests of what serves it. It knows nothing of the mesh, and is
 * loaded beside the framework by {@link io.inboard.contract.VersionLoader}.
 */
package io.inboard.contract.rest;

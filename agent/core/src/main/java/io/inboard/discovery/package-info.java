// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Which endpoints a destination has: an {@link io.inboard.discovery.EndpointSource} pushes them to
 * it while it runs. Now those that the settings list, whose names are resolved in the background
 * ({@link io.inboard.discovery.Names}); a registry or a control plane becomes one more source.
 */
package io.inboard.discovery;

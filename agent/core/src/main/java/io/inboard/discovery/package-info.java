// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Which endpoints a destination has: an {@link io.inboard.discovery.EndpointSource} pushes them to
 * it while it runs. Those that the settings list, those of a file that is watched ({@link
 * io.inboard.discovery.EndpointFiles}); names in either are resolved in the background ({@link
 * io.inboard.discovery.Names}). A registry or a control plane becomes one more source.
 */
package io.inboard.discovery;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Which instances a destination has. Now those that the settings list; a registry (DNS, Eureka,
 * Kubernetes) becomes one more {@link io.inboard.discovery.Instances}.
 */
package io.inboard.discovery;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The play that {@code java -jar inboard.jar demo} performs: sample services in JVMs of their own,
 * traffic, trouble, and what the mesh did about it, read from the spans that the services export
 * and from their status.
 */
package io.inboard.command.demo;

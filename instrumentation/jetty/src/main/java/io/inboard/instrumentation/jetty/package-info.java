// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Jetty 12, embedded or standalone, with its own handlers or with servlets above them. Below HTTP a
 * connection of ours reads the first bytes ({@link io.inboard.instrumentation.jetty.FirstBytes})
 * and goes on as Jetty's own connections do; above it every request of every protocol passes the
 * one method that all handlers are behind ({@code Server#handle}), where it is replaced by one
 * whose headers can be corrected ({@link io.inboard.instrumentation.jetty.MeshRequest}). Of the
 * servlets only the classes' names are known, which change with each line of Jakarta EE.
 */
package io.inboard.instrumentation.jetty;

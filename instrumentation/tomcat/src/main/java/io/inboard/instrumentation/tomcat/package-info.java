// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Apache Tomcat 9, 10.1 and 11, embedded or standalone: below HTTP the channel that tells mutual
 * TLS from plaintext ({@link io.inboard.instrumentation.tomcat.MeshChannel}), above it the one
 * method that every request of every protocol enters ({@code CoyoteAdapter#service}). Only coyote
 * and catalina types are used, whose names and members are the same on both sides of the change
 * from {@code javax} to {@code jakarta}.
 */
package io.inboard.instrumentation.tomcat;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Jetty 9.4 to 12.1, embedded or standalone, with its own handlers or with servlets above them.
 * Below HTTP, the same in all of them, a connection of ours reads the first bytes ({@link
 * io.inboard.instrumentation.jetty.FirstBytes}) and goes on as Jetty's own connections do. Above it
 * every request of every protocol passes one method that all handlers are behind. In Jetty 12
 * ({@code Server#handle} of a request) it is replaced there by one whose headers can be corrected
 * ({@link io.inboard.instrumentation.jetty.MeshRequest}). In 9.4 to 11 ({@code Server#handle} of a
 * channel) its own are corrected; what begins with {@code Channel} here is theirs, and reaches what
 * nothing can be compiled against: classes that bear the names of interfaces of Jetty 12. Of the
 * servlets only the classes' names are known, which change with each line of Jakarta EE.
 */
package io.inboard.instrumentation.jetty;

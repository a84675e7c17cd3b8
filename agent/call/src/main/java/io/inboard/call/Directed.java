// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/**
 * An address that an adapter connects to for an attempt, in the library's place: whoever opens that
 * connection, the mesh has taken care of it. For libraries whose connections are opened by classes
 * that others open theirs by, too ({@code Unit.Builder.openingSockets} cannot name them). A {@link
 * java.net.SocketAddress} implements it; it says nothing else.
 */
public interface Directed {}

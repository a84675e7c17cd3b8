// Licensed under the Apache License, Version 2.0; see LICENSE.
/** The JDK's TLS, where it refuses what a peer in the mesh says. */
package io.inboard.instrumentation.jdktls;

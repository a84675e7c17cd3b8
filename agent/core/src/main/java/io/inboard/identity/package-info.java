// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Who this JVM is and whom it trusts: SPIFFE ids, key material from watched PEM files, and TLS in
 * both directions. One {@link io.inboard.identity.KeyMaterial} is one immutable generation; {@link
 * io.inboard.identity.Identity} replaces it.
 */
package io.inboard.identity;

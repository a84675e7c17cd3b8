// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

/**
 * Who serves a key, and who after that. Immutable; the same for the same endpoints in any order.
 */
interface KeyTable {
  int size();

  /** The place of a key. */
  int place(long hash);

  /** The index of the endpoint at a place. */
  int owner(int place);
}

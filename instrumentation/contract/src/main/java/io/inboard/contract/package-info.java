// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What every client and every server library must do, as tests that a library's module subclasses
 * with how to start it and how to call it. The mesh behind the hooks is scripted here, so that each
 * test says what the mesh decides and reads what the adapter told it. What a test {@link
 * io.inboard.contract.Shows} goes into the table of what works.
 */
package io.inboard.contract;

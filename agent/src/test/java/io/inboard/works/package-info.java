// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The table of what works with which library, in {@code instrumentation/README.md}, and what the
 * tests of the libraries' modules have found, from which it is written and by which it is judged.
 */
package io.inboard.works;

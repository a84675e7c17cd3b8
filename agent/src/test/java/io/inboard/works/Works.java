// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.works;

import java.util.Set;

/**
 * What works with a version.
 *
 * @param onDemand what has to be on Maven's command line for the version to be tested; empty: every
 *     build tests it
 * @param columns the titles of those that say yes
 */
record Works(String onDemand, Set<String> columns) {
  Works {
    columns = Set.copyOf(columns);
  }
}

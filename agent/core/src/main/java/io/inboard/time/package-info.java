// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The monotonic clock and the timer that everything which waits or measures is handed, so that
 * tests move time themselves; and durations as headers write them. Knows the JDK only.
 */
package io.inboard.time;

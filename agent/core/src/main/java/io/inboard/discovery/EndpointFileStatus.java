// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

/**
 * What is known of a file that lists endpoints.
 *
 * @param endpoints how many entries it had when it could be read last
 * @param stale whether that may no longer be what the file says: it cannot be read, or a reading is
 *     not over after 10 s
 * @param lastError of the last reading; empty if that was good
 * @param changes that were taken over, the first reading included
 * @param failures readings that found another problem than the one before
 */
public record EndpointFileStatus(
    String file, int endpoints, boolean stale, String lastError, long changes, long failures) {}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

/**
 * Where the bounds of a destination stand. Counters run since the start of the JVM.
 *
 * @param retriesUnderWay retries and hedges that are not over
 * @param retriesSuppressed retries that were left out because the call served a retry of its
 *     caller, or the server asked for none
 * @param retriesOnSameEndpoint retries that went where the call had failed before
 */
public record LimitsStatus(
    int retriesUnderWay, long retriesSuppressed, long retriesOnSameEndpoint) {}

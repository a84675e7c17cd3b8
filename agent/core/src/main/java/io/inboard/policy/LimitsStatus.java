// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

/**
 * The current state of a destination's limits. Counters run since the start of the JVM.
 *
 * @param retriesUnderWay retries and hedges that are not over
 * @param retriesSuppressed retries that were left out because the call served a retry of its
 *     caller, or the server asked for none
 * @param retriesOnSameEndpoint retries that went where the call had failed before
 * @param connections places of the pool that are held; 0 when it is unlimited
 * @param pending calls that wait for one
 * @param bodiesNotKept bodies of requests that were too large to be kept for a repetition, or came
 *     when this JVM kept too much already
 * @param hedgesWon attempts beside a slow one that answered first; since hedging was set as it is
 * @param hedgesLost those that did not
 * @param hedgesDenied those that were wanted and not allowed
 */
public record LimitsStatus(
    int retriesUnderWay,
    long retriesSuppressed,
    long retriesOnSameEndpoint,
    int connections,
    int pending,
    long bodiesNotKept,
    long hedgesWon,
    long hedgesLost,
    long hedgesDenied) {}

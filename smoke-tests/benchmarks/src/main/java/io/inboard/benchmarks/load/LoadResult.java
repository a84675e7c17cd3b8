// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What came of one order; as JSON, one line. Times are of answers 200 alone, in microseconds, three
 * significant digits; those of an open loop count from when the request was due.
 *
 * @param error why the order was not carried out; everything else is 0 then; empty otherwise
 * @param requests that came to an end, errors among them
 * @param errors answers other than 200, broken ones, missing ones, and connections that failed
 * @param firstError empty when there was none
 * @param seconds those of the order, and what the last answers took beyond
 * @param perSecond answers 200
 * @param reconnects after the server had closed a connection
 * @param waitP99Micros how long an open loop's request waited, from when it was due until it was
 *     sent, since all connections were busy or the generator itself was late; 0 for a closed loop
 * @param ownCpuMicros processor time of the generator a request
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record LoadResult(
    String error,
    long requests,
    long errors,
    String firstError,
    double seconds,
    double perSecond,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    double maxMicros,
    long reconnects,
    double waitP99Micros,
    double ownCpuMicros) {

  public LoadResult {
    error = error == null ? "" : error;
    firstError = firstError == null ? "" : firstError;
  }

  static LoadResult refused(String error) {
    return new LoadResult(error, 0, 0, "", 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }
}

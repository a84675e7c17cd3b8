// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The decision about one request that arrived: is its sender allowed, on which path, until when,
 * has its sender some of its rate left, and is there room for it. {@link
 * io.inboard.admission.Authorization} refuses for good, {@link io.inboard.admission.RateLimit} and
 * {@link io.inboard.admission.Shedding} for the moment; {@link io.inboard.admission.Deadlines}
 * reads how long the caller waits.
 */
package io.inboard.admission;

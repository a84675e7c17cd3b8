// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What an application repeats by itself, around the calls that it makes: Spring Retry, the
 * RetryTemplate that Spring Framework has of its own since 7.0, resilience4j's Retry. Nothing of
 * that is changed. While a repetition runs, its thread has a context that says so ({@link
 * io.inboard.call.Repeated}), which goes with the work to other threads as every context does.
 */
package io.inboard.instrumentation.retries;

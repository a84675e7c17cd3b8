// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Feign: its own repetition of calls, and nothing else, for the client that it calls by is hooked
 * itself. {@code Retryer.Default()}, which Feign takes unless it is told otherwise, calls up to
 * five times, whatever the method, when there was no answer; around the attempts of the mesh that
 * would be fifteen, and five payments, so it is stopped. A {@code Retryer} that the application has
 * chosen is kept, Feign's with other numbers too, and each of its repetitions gets one attempt
 * ({@link io.inboard.call.client.RepeatedWork}). Those of an {@code AsyncFeign} are not told apart.
 */
package io.inboard.instrumentation.feign;

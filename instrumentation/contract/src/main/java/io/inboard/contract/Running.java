// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.util.concurrent.CompletableFuture;

/**
 * A request under way.
 *
 * @param response completes with the response, or with what the library throws
 * @param cancel what an application does to give up; from any thread
 */
public record Running(CompletableFuture<Response> response, Runnable cancel) {}

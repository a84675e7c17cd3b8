// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Mutiny, whose pipelines may change threads between any two stages, by executors that no hook
 * knows or by emitters of other threads: each stage is told what it is told in the context in which
 * it was subscribed. Nothing else, for what a pipeline calls is hooked itself.
 */
package io.inboard.instrumentation.mutiny;

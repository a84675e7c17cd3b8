// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Kotlin's coroutines (kotlinx.coroutines): a coroutine works for the request in which it was
 * launched, whatever thread it comes back to after it has waited. Nothing else, for what a
 * coroutine calls is hooked itself.
 */
package io.inboard.instrumentation.coroutines;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What weaving costs a JVM's start: Inboard's hooks woven by Inboard's weaver and, in another
 * agent, by Byte Buddy. Run by {@code smoke-tests/benchmarks/run weave}.
 */
package io.inboard.benchmarks.weave;

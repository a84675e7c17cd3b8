// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What the stories share: processes with and without the agent, peers, clients, settings, keys, and
 * what is measured. Each process that is started here ends with its test.
 */
package io.inboard.smoke.support;

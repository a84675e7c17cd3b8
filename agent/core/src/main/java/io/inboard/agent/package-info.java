// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What starts, reports and ends the agent in an application's JVM: {@link io.inboard.agent.Agent}
 * before main, its status for the command line, and the last flush when the JVM exits.
 */
package io.inboard.agent;

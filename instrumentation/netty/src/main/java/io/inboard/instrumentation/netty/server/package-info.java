// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Servers on Netty 4.1 and 4.2, whatever stands on it. Every accepted channel is registered with an
 * event loop by one method, before any handler of the application's sees a byte of it.
 */
package io.inboard.instrumentation.netty.server;

// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What the adapters of HTTP clients share: following the steps of a {@link io.inboard.call.Call},
 * refusals as exceptions, how an answer of the mesh looks, bounded copies of bodies. Knows no
 * library; a library writes a {@link io.inboard.call.client.Transport}.
 */
package io.inboard.call.client;

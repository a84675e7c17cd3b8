// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Quarkus REST (RESTEasy Reactive) of Quarkus 3: the route of a request. Nothing else, for Quarkus
 * serves by Vert.x, whose hooks do the rest: connections, requests, and the context of each on its
 * worker threads and in pipelines of Mutiny, which Quarkus runs in Vert.x's contexts.
 */
package io.inboard.instrumentation.quarkus;

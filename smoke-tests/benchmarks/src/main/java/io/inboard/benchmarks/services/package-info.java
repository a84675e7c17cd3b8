// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What a mesh costs two real services, one of which calls the other, under one variant after the
 * other: {@link io.inboard.benchmarks.services.Main} tells the order of things.
 */
package io.inboard.benchmarks.services;

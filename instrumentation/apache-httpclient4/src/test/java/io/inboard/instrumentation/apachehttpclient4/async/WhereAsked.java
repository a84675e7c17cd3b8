// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A test of HttpAsyncClient 4, whose unit is not named as a service yet, so that no application is
 * woven with it: a call with an empty response hangs now and then, and the end of TLS on a
 * connection that stays open is not seen.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfSystemProperty(
    named = "httpasyncclient4",
    matches = ".*",
    disabledReason = "HttpAsyncClient 4 is not switched on yet; -Dhttpasyncclient4 runs its tests")
@interface WhereAsked {}

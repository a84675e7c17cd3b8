// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a test, or each test of a class, shows to work with the library and the version that it runs
 * with. The table of what works in {@code instrumentation/README.md} says it of a version if one
 * such test has passed and none has failed; one that is skipped says nothing.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@Inherited
public @interface Shows {
  Feature[] value();
}

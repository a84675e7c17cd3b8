// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sample;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.util.List;

/** The units of the weaver's tests. */
public final class SampleHooks {
  private static final String LIBRARY = "sample.Library";

  private SampleHooks() {}

  public static List<Library> all() {
    return List.of(
        () ->
            Unit.named("sample")
                .openingSockets(LIBRARY, "container.Opener")
                .relyingOn(LIBRARY, field("secret"))
                .weave(LIBRARY, method("greet", String.class), SampleAdvice.Greet.class)
                .weave(LIBRARY, method("late"), SampleAdvice.Throwing.class)
                .weave(LIBRARY, method("allowed"), SampleAdvice.FailsClosed.class)
                .weave(LIBRARY, method("highBit"), SampleAdvice.SkipsByItsHighestBit.class)
                .weaveConstruction(LIBRARY, method("part"), SampleAdvice.Construction.class)
                .build(),
        () ->
            Unit.named("misfit")
                .weave(LIBRARY, method("secret"), SampleAdvice.LeftOut.class)
                .weave(LIBRARY, method("removedInVersion2"), SampleAdvice.LeftOut.class)
                .otherwise(LIBRARY, method("start"), SampleAdvice.Guard.class)
                .build(),
        () ->
            Unit.named("absent")
                .whereThereIs("sample.NotThere")
                .weave(LIBRARY, method("secret"), SampleAdvice.OfNothing.class)
                .weave("sample.NotThere", method("serve"), SampleAdvice.OfNothing.class)
                .build(),
        () ->
            Unit.named("jdk")
                .weave("java.util.TimeZone", method("getID"), SampleAdvice.LocalTime.class)
                .build());
  }
}

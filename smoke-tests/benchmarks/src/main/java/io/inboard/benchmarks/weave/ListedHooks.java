// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The list as Inboard's weaver wants it; loaded when the first class of it is, as in the agent. */
public final class ListedHooks implements Library {
  static final String UNIT = "all";

  @Override
  public Unit unit() {
    List<Unit.Hook> hooks = new ArrayList<>();
    for (List<HookList.Hook> ofClass : HookList.read().values()) {
      for (HookList.Hook hook : ofClass) {
        hooks.add(
            new Unit.Hook(
                List.of(hook.className()),
                new io.inboard.weave.Member.Method(
                    hook.method(), Optional.empty(), hook.parameters(), 0, Integer.MAX_VALUE),
                Around.class.getName(),
                Unit.Kind.AROUND));
      }
    }
    return new Unit(UNIT, List.of(), hooks, List.of(), List.of());
  }
}

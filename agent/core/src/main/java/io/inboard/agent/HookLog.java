// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.call.Log;
import io.inboard.weave.WeaveListener;

/** Tells a person what became of the hooks: silence when they fit, one line when they do not. */
final class HookLog implements WeaveListener {
  @Override
  public void applied(String unit, String library) {}

  @Override
  public void misfit(String unit, String library, String reason) {
    Log.warn(
        unit
            + ": the hooks do not fit "
            + library
            + " and are left out: "
            + reason
            + " (the rest of the mesh works; `status` shows it)");
  }

  @Override
  public void failed(String unit, String className, Throwable error) {
    Log.warn(unit + ": " + className + " could not be woven and runs as it is: " + error);
  }

  @Override
  public void hookError(String unit, String hook, Throwable error) {
    Log.warnOnce(
        hook,
        unit
            + ": an error of ours in "
            + hook
            + " was kept from the application: "
            + error
            + " (said once; `status` counts)");
  }
}

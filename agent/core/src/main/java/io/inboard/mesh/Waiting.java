// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Step;
import io.inboard.discovery.Name;
import io.inboard.policy.CallDecision;
import io.inboard.policy.Decision;
import io.inboard.time.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A call waits before anything is sent: for a delay, for its turn, or for an address. The next step
 * is decided on the thread that ends the waiting.
 */
final class Waiting {
  private final MeshCall call;
  private final CallDecision decision;
  private final Timer timer;
  private final CompletableFuture<Step> next = new CompletableFuture<>();

  /** Ends the waiting; null: not yet scheduled. Cancelled by the thread that abandons the call. */
  private volatile Timer.Task task;

  /** The next step is being decided, which may end the call: that is no giving up. */
  private volatile boolean deciding;

  Waiting(MeshCall call, CallDecision decision, Timer timer) {
    this.call = call;
    this.decision = decision;
    this.timer = timer;
  }

  /** What the adapter waits for. */
  Step.Later step() {
    return new Step.Later(next);
  }

  /** The call is over: nothing is sent. */
  void giveUp() {
    Timer.Task t = task;
    if (t != null) {
      t.cancel();
    }
    if (!deciding) {
      next.complete(Step.DELIVER);
    }
  }

  /** Until the delay is over. */
  void pause(Decision.Pause pause) {
    task = timer.schedule(() -> complete(() -> call.step(decision.paused(pause))), pause.nanos());
  }

  /** Until the name is resolved, or has not been for as long as connecting may take. */
  void resolve(Name name, Supplier<Step> then) {
    task = name.onAnswer(() -> complete(then), decision.addressPatience());
  }

  /** Until the call's turn comes, or it has waited for too long. */
  void queue(Decision.Queue queue) {
    Timer.Task late = timer.schedule(() -> waitedTooLong(queue), queue.nanos());
    task = late;
    decision.onTurn(
        queue,
        () -> {
          late.cancel();
          turn();
        });
  }

  /** What the call waited for is there. */
  private void turn() {
    try {
      Decision decided = decision.turn();
      if (decided instanceof Decision.Queue another) {
        queue(another); // The endpoints are known, and the pool is full.
        if (decision.over()) {
          call.done();
        }
      } else {
        complete(() -> call.step(decided));
      }
    } catch (Throwable e) {
      complete(e);
    }
  }

  private void waitedTooLong(Decision.Queue queue) {
    try {
      Decision refused = decision.waitedTooLong(queue);
      if (refused != null) {
        complete(() -> call.step(refused));
      }
    } catch (Throwable e) {
      complete(e);
    }
  }

  /**
   * Ends the waiting with the next step. Whatever is thrown while it is decided, there is one:
   * nobody but this thread would ever complete what the adapter waits for.
   */
  private void complete(Supplier<Step> decided) {
    deciding = true;
    try {
      Step step = decision.over() ? Step.DELIVER : decided.get();
      if (step instanceof Step.Later another) {
        another.next().thenAccept(next::complete);
      } else {
        next.complete(step);
      }
    } catch (Throwable e) {
      complete(e);
    }
  }

  private void complete(Throwable thrown) {
    deciding = true;
    next.complete(call.despite(thrown));
  }
}

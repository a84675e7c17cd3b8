// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Step;
import io.inboard.settings.DestinationSettings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Calls that only the policy of one destination decides: no adapter, no mesh, no thread. */
final class PolicyWorld extends ScriptedWorld<PolicyWorld> {
  private DestinationPolicy policy;

  @Override
  public PolicyWorld apply() {
    DestinationSettings settings = destinations.get(0);
    policy = DestinationPolicy.of(settings, zone, Optional.ofNullable(policy), time, time, chance);
    if (!policy.byLibrary()) {
      policy.endpoints(settings.listed());
    }
    return this;
  }

  @Override
  public PolicyStatus status() {
    return policy.status();
  }

  /** A call to be driven by hand. */
  CallDecision begin() {
    return policy.begin(Request.of("GET"), terms);
  }

  /** The first attempt of a call that no gate stops. */
  static PolicyAttempt first(CallDecision call) {
    return (PolicyAttempt) call.first(true);
  }

  /** Calls that succeed, past all scripts, until the budget pays for so many retries. */
  void earn(int retries) {
    for (int i = 0; i < retries * 5; i++) {
      CallDecision call = begin();
      if (call.first(true) instanceof PolicyAttempt attempt) {
        call.responded(attempt, 200, name -> List.of());
      }
      call.end();
    }
  }

  @Override
  public Result call(Request request) {
    CallDecision call = policy.begin(request, terms);
    Decision next = call.first(true);
    int attempts = 0;
    int status = 0;
    Throwable error = null;
    while (!(next instanceof Decision.End)) {
      if (next instanceof Decision.Pause pause) {
        time.pass(pause.nanos());
        next = call.paused(pause);
        continue;
      }
      PolicyAttempt attempt = (PolicyAttempt) next;
      attempts++;
      time.pass(attempt.delayNanos());
      delays.add(attempt.delayNanos());
      boolean[] stopped = new boolean[1];
      attempt.goesOut(time.nanos());
      attempt.onTimeout(() -> stopped[0] = true);
      WrittenHeaders headers = new WrittenHeaders();
      call.writeHeaders(attempt, headers);
      Answer answer =
          arrive(attempt.target().map(EndpointState::address).orElse("library"), headers.set);
      status = 0;
      error = null;
      if (answer instanceof Answer.Status s) {
        status = s.status();
        next = call.responded(attempt, status, name -> s.headers().getOrDefault(name, List.of()));
      } else if (answer instanceof Answer.Failure f) {
        error = f.error();
        next = call.failed(attempt, error, f.progress());
      } else if (answer instanceof Answer.Silence s) {
        for (int patience = 60_000; !stopped[0]; patience--) {
          if (patience == 0) {
            throw new AssertionError("hangs");
          }
          time.passMillis(1);
        }
        error = new IOException("Socket closed");
        next = call.failed(attempt, error, s.progress());
      }
    }
    call.end();
    Step step = ((Decision.End) next).step();
    if (step instanceof Step.Answer answer) {
      return new Result(answer.status(), null, null, attempts, answer);
    }
    return step instanceof Step.Refuse refuse
        ? new Result(0, null, refuse, attempts, null)
        : new Result(status, error, null, attempts, null);
  }
}

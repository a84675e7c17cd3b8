// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Step;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls that only the policies of destinations decide: no adapter, no mesh, no thread. */
final class PolicyWorld extends ScriptedWorld<PolicyWorld> {
  /** By name; the calls are those of the first. */
  private Map<String, DestinationPolicy> policies = new LinkedHashMap<>();

  private final LastGood kept = new LastGood();
  private Optional<Spare> spare = Optional.empty();

  /** Whether connections can be secured as the settings ask. */
  boolean trusted = true;

  /** How many bodies a call has asked for. The text of each tells its number. */
  int bodies;

  /** What became of the attempts, and what calls got in place of a failure, line by line. */
  final List<String> told = new ArrayList<>();

  /** An attempt that tells what becomes of it. */
  private final class Watched extends PolicyAttempt {
    private boolean begun;
    private boolean ended;

    @Override
    protected boolean begins() {
      begun = true;
      told.add("attempt " + number() + " " + reason() + " " + address(this));
      return true;
    }

    @Override
    protected void ends(int status, Throwable error) {
      ended = true;
      told.add("end " + number() + " " + status + " " + keyword());
    }

    @Override
    protected void givenUp() {
      if (begun && !ended) {
        ended = true;
        told.add("end " + number() + " 0 abandoned");
      }
    }
  }

  private static String address(PolicyAttempt attempt) {
    return attempt.target().map(EndpointState::address).orElse("library");
  }

  @Override
  public PolicyWorld apply() {
    Map<String, DestinationPolicy> before = policies;
    policies = new LinkedHashMap<>();
    for (DestinationSettings settings : destinations) {
      DestinationPolicy policy =
          DestinationPolicy.of(
              settings, zone, Optional.ofNullable(before.get(settings.name())), time, time, chance);
      policies.put(settings.name(), policy);
    }
    spare = destinations.get(0).fallback().flatMap(FallbackSettings::destination).map(this::spare);
    for (DestinationSettings settings : destinations) {
      DestinationPolicy policy = policies.get(settings.name());
      if (!policy.byLibrary()) {
        policy.endpoints(settings.listed());
      }
    }
    return this;
  }

  private Spare spare(String name) {
    Map<String, String> labels = destinations.get(0).subsets().get(name);
    return labels == null
        ? new Spare(policies.get(name), Optional.of(name))
        : new Spare(policy().subset(name, labels, Optional.empty()), Optional.empty());
  }

  private DestinationPolicy policy() {
    return policies.get(destinations.get(0).name());
  }

  @Override
  public PolicyStatus status() {
    return policy().status();
  }

  /** Of all destinations. */
  List<PolicyStatus> statuses() {
    return policies.values().stream().map(DestinationPolicy::status).toList();
  }

  /** A call to be driven by hand. */
  CallDecision begin() {
    return begin(Request.of("GET"));
  }

  CallDecision begin(Request request) {
    return policy()
        .begin(
            request,
            terms,
            Watched::new,
            kept,
            spare,
            (what, error) -> {
              throw new AssertionError(what, error);
            });
  }

  /** The first attempt of a call that no gate stops. */
  static PolicyAttempt first(CallDecision call) {
    return (PolicyAttempt) call.first(true);
  }

  /** An attempt that was decided goes out. */
  PolicyAttempt sent(Decision decision) {
    PolicyAttempt attempt = (PolicyAttempt) decision;
    attempt.goesOut(time.nanos());
    return attempt;
  }

  /** What a call ends with. */
  static Step last(Decision decision) {
    return ((Decision.End) decision).step();
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

  /** A call that is answered well after so long, past all scripts. */
  void slowly(long millis) {
    CallDecision call = begin();
    PolicyAttempt attempt = sent(call.first(true));
    time.passMillis(millis);
    call.responded(attempt, 200, name -> List.of());
    call.end();
  }

  @Override
  public Result call(Request request) {
    CallDecision call = begin(request);
    Decision next = call.first(trusted);
    int attempts = 0;
    int status = 0;
    Throwable error = null;
    Step last = null;
    while (last == null) {
      if (next instanceof Decision.Pause pause) {
        time.pass(pause.nanos());
        next = call.paused(pause);
      } else if (next instanceof Decision.End end) {
        last = end.step();
      } else if (next instanceof Decision.Substitute substitute) {
        told.add("fallback " + substitute.kind());
        last = substitute.answer();
      } else if (next instanceof Decision.Elsewhere elsewhere) {
        told.add("fallback " + Fallback.DESTINATION);
        assertThatItCounts(elsewhere, attempts);
        call.end();
        call = elsewhere.begin().apply(Watched::new);
        next = call.first(trusted);
      } else {
        PolicyAttempt attempt = (PolicyAttempt) next;
        attempts++;
        Answer answer = send(call, attempt);
        status = 0;
        error = null;
        if (answer instanceof Answer.Status s) {
          status = s.status();
          next = call.responded(attempt, status, name -> s.headers().getOrDefault(name, List.of()));
        } else if (answer instanceof Answer.Failure f) {
          error = f.error();
          next = call.failed(attempt, error, f.progress());
        } else {
          error = new IOException("Socket closed");
          next = call.failed(attempt, error, ((Answer.Silence) answer).progress());
        }
      }
    }
    if (last == Step.DELIVER && status > 0 && call.bodyWanted() > 0) {
      bodies++;
      call.body(("body " + bodies).getBytes(StandardCharsets.UTF_8));
    }
    call.end();
    if (last instanceof Step.Answer answer) {
      return new Result(answer.status(), null, null, attempts, answer);
    }
    return last instanceof Step.Refuse refuse
        ? new Result(0, null, refuse, attempts, null)
        : new Result(status, error, null, attempts, null);
  }

  private static void assertThatItCounts(Decision.Elsewhere elsewhere, int attempts) {
    if (elsewhere.attempts() != attempts) {
      throw new AssertionError(elsewhere.attempts() + " instead of " + attempts);
    }
  }

  /** Sends an attempt; where nothing answers, time passes until it is stopped. */
  private Answer send(CallDecision call, PolicyAttempt attempt) {
    time.pass(attempt.delayNanos());
    delays.add(attempt.delayNanos());
    boolean[] stopped = new boolean[1];
    sent(attempt).onTimeout(() -> stopped[0] = true);
    WrittenHeaders headers = new WrittenHeaders();
    call.writeHeaders(attempt, headers);
    Answer answer = arrive(address(attempt), headers.set);
    for (int patience = 60_000; answer instanceof Answer.Silence && !stopped[0]; patience--) {
      if (patience == 0) {
        throw new AssertionError("hangs");
      }
      time.passMillis(1);
    }
    return answer;
  }
}

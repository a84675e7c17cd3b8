// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import io.inboard.call.Call.Progress;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.CallDecision;
import io.inboard.policy.Decision;
import io.inboard.policy.DestinationPolicy;
import io.inboard.policy.PolicyAttempt;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/** One JVM's calls to one destination: an adapter without a library. */
final class Client {
  /** One way, in milliseconds. */
  private static final double NETWORK = 0.25;

  private static final TimeoutException TIMEOUT = new TimeoutException();
  private static final IOException RESET = new IOException("Connection reset");
  private static final IOException REFUSED = new ConnectException("Connection refused");

  private final Simulation simulation;
  private final Map<String, Peer> peers;
  private final Results results;

  /** Replaced when the settings change; calls under way keep theirs. */
  DestinationPolicy policy;

  /** Calls of the application. */
  long calls;

  /** Attempts that went out. */
  long attempts;

  /** Calls that the mesh refused. */
  long refused;

  Client(
      Simulation simulation, Map<String, Peer> peers, Results results, DestinationPolicy policy) {
    this.simulation = simulation;
    this.peers = peers;
    this.results = results;
    this.policy = policy;
  }

  /** A GET on nobody's behalf. */
  void call() {
    call(Request.GET, CallerTerms.NONE, status -> {});
  }

  /**
   * Makes a call.
   *
   * @param done gets the status at the end; 0: an error
   */
  void call(OutboundRequest request, CallerTerms terms, IntConsumer done) {
    calls++;
    Running running = new Running(policy.begin(request, terms), done, simulation.millis());
    running.step(running.decision.first(true), 0);
  }

  /** A call under way. */
  private final class Running {
    private final CallDecision decision;
    private final IntConsumer done;
    private final double begun;

    /** One; two while a slow one is hedged. */
    private final List<Sent> underWay = new ArrayList<>(2);

    Running(CallDecision decision, IntConsumer done, double begun) {
      this.decision = decision;
      this.done = done;
      this.begun = begun;
    }

    /**
     * @param status what is handed on if the policy says so; 0: an error
     */
    void step(Decision next, int status) {
      if (next instanceof PolicyAttempt attempt) {
        if (attempt.delayNanos() > 0) {
          simulation.inNanos(attempt.delayNanos(), () -> send(attempt));
        } else {
          send(attempt);
        }
        return;
      }
      if (next instanceof Decision.Pause pause) {
        simulation.inNanos(pause.nanos(), () -> step(decision.paused(pause), status));
        return;
      }
      if (next instanceof Decision.Queue) {
        throw new UnsupportedOperationException("no scenario has a pool");
      }
      Step step = ((Decision.End) next).step();
      if (step instanceof Step.OtherInFlight) {
        return;
      }
      int result = status;
      if (step instanceof Step.Refuse) {
        refused++;
        result = 0;
      } else if (step instanceof Step.Answer answer) {
        result = answer.status();
      }
      for (Sent loser : underWay) {
        loser.over = true;
        decision.lost(loser.attempt);
      }
      underWay.clear();
      decision.end();
      results.add(begun, simulation.millis() - begun, result >= 200 && result < 400);
      done.accept(result);
    }

    void send(PolicyAttempt attempt) {
      attempts++;
      long bound = attempt.timeoutNanos();
      Sent sent =
          new Sent(
              this, attempt, bound == Long.MAX_VALUE ? Long.MAX_VALUE : simulation.nanos() + bound);
      decision.writeHeaders(attempt, sent);
      underWay.add(sent);
      attempt.onTimeout(() -> sent.fails(TIMEOUT, Progress.SENT));
      long hedgeAfter = attempt.hedgeAfterNanos();
      if (hedgeAfter != Long.MAX_VALUE) {
        simulation.inNanos(hedgeAfter, () -> hedge(sent));
      }
      Peer peer = peers.get(attempt.target().orElseThrow().address());
      simulation.in(NETWORK, () -> peer.receive(sent));
    }

    /** A second one beside it, if it may have one. */
    private void hedge(Sent slow) {
      if (!slow.over && decision.hedge(slow.attempt) instanceof PolicyAttempt second) {
        send(second);
      }
    }
  }

  /** An attempt under way. */
  private final class Sent implements Arrival, HeaderSink {
    private final Running call;
    private final PolicyAttempt attempt;
    private final long deadlineNanos;

    /** Names and values in turn; null: no more. An array, because there are many attempts. */
    private String[] headers = new String[4];

    private boolean over;

    Sent(Running call, PolicyAttempt attempt, long deadlineNanos) {
      this.call = call;
      this.attempt = attempt;
      this.deadlineNanos = deadlineNanos;
    }

    @Override
    public int number() {
      return attempt.number();
    }

    @Override
    public HeaderView headers() {
      return name -> {
        int i = index(name);
        return i < headers.length && headers[i] != null ? List.of(headers[i + 1]) : List.of();
      };
    }

    @Override
    public void set(String name, String value) {
      int i = index(name);
      if (i == headers.length) {
        headers = Arrays.copyOf(headers, 2 * i);
      }
      headers[i] = name;
      headers[i + 1] = value;
    }

    @Override
    public void remove(String name) {
      throw new UnsupportedOperationException("nothing was there: " + name);
    }

    /** Where it is, or where it would be. */
    private int index(String name) {
      int i = 0;
      while (i < headers.length && headers[i] != null && !headers[i].equals(name)) {
        i += 2;
      }
      return i;
    }

    @Override
    public long deadlineNanos() {
      return deadlineNanos;
    }

    @Override
    public boolean givenUp() {
      return over;
    }

    @Override
    public void answer(int status, HeaderView headers) {
      simulation.in(
          NETWORK,
          () -> {
            if (ends()) {
              call.step(call.decision.responded(attempt, status, headers), status);
            }
          });
    }

    @Override
    public void refuse() {
      simulation.in(NETWORK, () -> fails(REFUSED, Progress.NOT_CONNECTED));
    }

    @Override
    public void reset() {
      simulation.in(NETWORK, () -> fails(RESET, Progress.SENT));
    }

    /** Whether it was under way until now. */
    private boolean ends() {
      if (over) {
        return false;
      }
      over = true;
      call.underWay.remove(this);
      return true;
    }

    void fails(Exception error, Progress progress) {
      if (ends()) {
        call.step(call.decision.failed(attempt, error, progress), 0);
      }
    }
  }

  /** A request of the application. */
  record Request(String method, String target, Map<String, String> headers, Body body)
      implements OutboundRequest {
    static final Request GET = new Request("GET", "/", Map.of(), Body.NONE);
    static final Request POST = new Request("POST", "/", Map.of(), Body.REPLAYABLE);

    @Override
    public String library() {
      return "simulation";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String host() {
      return "cluster";
    }

    @Override
    public int port() {
      return 80;
    }

    @Override
    public List<String> headers(String name) {
      String value = headers.get(name);
      return value == null ? List.of() : List.of(value);
    }

    @Override
    public boolean hedgeable() {
      return true;
    }
  }
}

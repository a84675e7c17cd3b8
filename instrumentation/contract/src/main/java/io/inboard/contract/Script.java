// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Endpoint;
import io.inboard.call.Step;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What a {@link ScriptedOutbound} decides of every call: attempt after attempt to its endpoints in
 * turn, where a repetition is safe; then what the library has. Every method that changes something
 * gives another script.
 */
public final class Script implements Cloneable {
  /** As with the kill switch. */
  boolean untouched;

  /** One an attempt; an attempt without one resolves as the application does. */
  List<Optional<Endpoint>> endpoints = List.of();

  /** Instead of the first attempt. */
  Optional<Step> first = Optional.empty();

  /** Instead of handing on the last failure. */
  Optional<Step> last = Optional.empty();

  /** What the first step waits for. */
  Optional<CompletableFuture<Void>> gate = Optional.empty();

  /** What steps after the first wait for. */
  Optional<CompletableFuture<Void>> laterGate = Optional.empty();

  /** Before the first attempt. */
  Duration firstDelay = Duration.ZERO;

  /** Before a repetition. */
  Duration delay = Duration.ZERO;

  /** After which an attempt's I/O is stopped; zero: never. */
  Duration perTry = Duration.ZERO;

  /** Zero: none. */
  Duration connectTimeout = Duration.ZERO;

  /** After which a second attempt goes out beside the first; zero: never. */
  Duration hedgeAfter = Duration.ZERO;

  /** Whether the call alone decides about repetitions, also where it names no endpoint. */
  boolean meshRetries;

  /** How many bytes of a one-shot body may be kept. */
  int mayKeep;

  /** How many bytes of a response's body are wanted. */
  int bodyWanted;

  /** What attempts write beside their own headers, and before them. */
  Map<String, String> headers = Map.of();

  /** Whether attempts throw, where they must not, once they have written their headers. */
  boolean headersFail;

  /** Why no connection that the library has chosen may be used; empty: it may. */
  Optional<String> astray = Optional.empty();

  private Script() {}

  /** Attempts go to these endpoints in turn. */
  public static Script to(Endpoint... endpoints) {
    return new Script()
        .with(s -> s.endpoints = Arrays.stream(endpoints).map(Optional::of).toList());
  }

  /** One attempt to where the application says. */
  public static Script passThrough() {
    return new Script().with(s -> s.endpoints = List.of(Optional.empty()));
  }

  /** The mesh is switched off. */
  public static Script untouchedCall() {
    return new Script().with(s -> s.untouched = true);
  }

  /** Nothing is sent. */
  public static Script refusing(Step.Reason reason, String message) {
    return new Script().with(s -> s.first = Optional.of(new Step.Refuse(reason, message)));
  }

  /** Nothing is sent, and the application gets this response. */
  public static Script answering(int status, Map<String, String> headers, String body) {
    return new Script().with(s -> s.first = Optional.of(answer(status, headers, body)));
  }

  /** When the endpoints are used up, or an attempt's time was up, the call is refused. */
  public Script thenRefusing(Step.Reason reason, String message) {
    return with(s -> s.last = Optional.of(new Step.Refuse(reason, message)));
  }

  /** When the endpoints are used up and the last failed, too, the application gets this. */
  public Script thenAnswering(int status, Map<String, String> headers, String body) {
    return with(s -> s.last = Optional.of(answer(status, headers, body)));
  }

  /** What comes first waits until the gate is completed. */
  public Script waitingFor(CompletableFuture<Void> gate) {
    return with(s -> s.gate = Optional.of(gate));
  }

  /** A repetition waits until the gate is completed. */
  public Script waitingForRepetitions(CompletableFuture<Void> gate) {
    return with(s -> s.laterGate = Optional.of(gate));
  }

  /** The first attempt is sent after this time. */
  public Script delayFirst(Duration pause) {
    return with(s -> s.firstDelay = pause);
  }

  public Script delay(Duration pause) {
    return with(s -> s.delay = pause);
  }

  public Script perTry(Duration timeout) {
    return with(s -> s.perTry = timeout);
  }

  public Script connectTimeout(Duration timeout) {
    return with(s -> s.connectTimeout = timeout);
  }

  /** A second attempt goes out beside the first one after this time. */
  public Script hedgeAfter(Duration time) {
    return with(s -> s.hedgeAfter = time);
  }

  /** The library repeats nothing by itself. */
  public Script withoutLibraryRetries() {
    return with(s -> s.meshRetries = true);
  }

  /** Nothing may be sent to where the library resolves the application's host. */
  public Script leadingAstray(String why) {
    return with(s -> s.astray = Optional.of(why));
  }

  /** Attempts write this header first. */
  public Script writing(String name, String value) {
    return with(s -> s.headers = Map.of(name, value));
  }

  /** So many bytes of a body that can be read once may be kept. */
  public Script keeping(int bytes) {
    return with(s -> s.mayKeep = bytes);
  }

  /** Attempts throw, where they must not, once they have written their headers. */
  public Script failingHeaders() {
    return with(s -> s.headersFail = true);
  }

  /** The mesh would like to see bodies up to this size. */
  public Script wantingBodies(int bytes) {
    return with(s -> s.bodyWanted = bytes);
  }

  /** Whether the library may send as without us: see {@code Call.isWatched}. */
  boolean isWatched() {
    return endpoints.equals(List.of(Optional.empty()))
        && first.isEmpty()
        && last.isEmpty()
        && gate.isEmpty()
        && firstDelay.isZero()
        && perTry.isZero()
        && connectTimeout.isZero()
        && hedgeAfter.isZero()
        && !meshRetries
        && mayKeep == 0
        && bodyWanted == 0;
  }

  private static Step answer(int status, Map<String, String> headers, String body) {
    return new Step.Answer(status, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  private Script with(Consumer<Script> change) {
    try {
      Script script = (Script) clone();
      change.accept(script);
      return script;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}

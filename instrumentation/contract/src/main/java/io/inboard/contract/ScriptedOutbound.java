// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A core that decides by a {@link Script} and remembers every call. Safe for use by any thread. */
public final class ScriptedOutbound implements Outbound {
  private final List<ScriptedCall> calls = new CopyOnWriteArrayList<>();
  private final List<String> destinations = new CopyOnWriteArrayList<>();
  private volatile Script script = Script.passThrough();

  /** Makes this the core of the JVM, until another one is served. */
  public ScriptedOutbound serve() {
    Inboard.serve(new Inboard.Core(this, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
    return this;
  }

  /** Decides calls that begin from now on. */
  public void script(Script script) {
    this.script = Objects.requireNonNull(script);
  }

  @Override
  public Call begin(OutboundRequest request) {
    Script now = script;
    destinations.add(request.scheme() + "://" + request.host() + ":" + request.port());
    if (now.untouched) {
      return Call.UNTOUCHED;
    }
    ScriptedCall call = new ScriptedCall(request, now);
    calls.add(call);
    return call;
  }

  /** The calls that began, in order, without those left untouched. */
  public List<ScriptedCall> calls() {
    return List.copyOf(calls);
  }

  /** The one call that began. */
  public ScriptedCall call() {
    if (calls.size() != 1) {
      throw new AssertionError("expected one call, but there were " + calls);
    }
    return calls.get(0);
  }

  /** Scheme, host and port of every call that began, untouched ones too. */
  public List<String> destinations() {
    return List.copyOf(destinations);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.CallerTerms;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Log;
import io.inboard.call.Step;
import io.inboard.discovery.Names;
import io.inboard.discovery.Resolver;
import io.inboard.policy.Answer;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.policy.ScriptedWorld;
import io.inboard.policy.WrittenHeaders;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.ReloadSettings;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.ServerSettings;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * A mesh on virtual time, endpoints that answer by a script, and an adapter as simple as it can be.
 */
final class World extends ScriptedWorld<World> {
  final Observed observed = new Observed();
  boolean enabled = true;

  boolean resilience = true;
  ResilienceSettings.LibraryRetries libraryRetries = ResilienceSettings.LibraryRetries.OBSERVE;
  TlsPlans tls = TlsPlans.NONE;

  private final Contexts contexts =
      new Contexts() {
        @Override
        public Context current() {
          return new Context() {
            @Override
            public CallerTerms terms() {
              return terms;
            }
          };
        }

        @Override
        public Scope activate(Context context) {
          return Scope.NONE;
        }
      };

  Resolver resolver = Resolver.JDK;

  /** Where the resolver is asked: at once, so that a test knows when it has answered. */
  Executor threads = Runnable::run;

  final Names names =
      new Names(
          host -> resolver.resolve(host),
          work -> threads.execute(work),
          work -> threads.execute(work),
          time,
          () -> Duration.ofSeconds(30).toNanos());

  final MeshOutbound mesh =
      new MeshOutbound(
          (d, host) -> tls.plan(d, host), observed, contexts, names, time, time, chance);

  World() {
    mesh.start();
  }

  /** How many bodies the mesh has asked for. The text of each tells its number. */
  int bodies;

  @Override
  public World apply() {
    mesh.apply(settings());
    return this;
  }

  Settings settings() {
    return new Settings(
        enabled,
        new ServiceSettings("test", "", "", zone, Map.of()),
        null,
        IdentitySettings.NONE,
        new InboundSettings(
            InboundSettings.MtlsMode.DISABLE, Map.of(), List.of(), ServerSettings.DEFAULT),
        new ResilienceSettings(resilience, ResilienceSettings.DEFAULT.deadline(), libraryRetries),
        destinations,
        new ReloadSettings(Duration.ofSeconds(5)),
        Log.Level.INFO);
  }

  @Override
  public PolicyStatus status() {
    return mesh.status().destinations().get(0);
  }

  /** Calls that succeed, past all scripts, until the budget pays for so many retries. */
  void earn(int retries) {
    for (int i = 0; i < retries * 5; i++) {
      Call call = mesh.begin(Request.of("GET"));
      if (call.first() instanceof Step.Send send) {
        call.responded(send.attempt(), 200, name -> List.of());
      }
      call.done();
    }
  }

  /** A call that is answered well after so long, past all scripts. */
  void slowly(long millis) {
    Call call = mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    send.attempt().writeHeaders(new WrittenHeaders());
    time.passMillis(millis);
    call.responded(send.attempt(), 200, name -> List.of());
    call.done();
  }

  @Override
  public Result call(Request request) {
    return run(mesh.begin(request));
  }

  /** The retry loop of an adapter. */
  Result run(Call call) {
    Step step = call.first();
    int attempts = 0;
    int status = 0;
    Throwable error = null;
    while (true) {
      if (step instanceof Step.Later wait) {
        step = await(wait);
        continue;
      }
      if (!(step instanceof Step.Send send)) {
        break;
      }
      attempts++;
      time.pass(send.delayNanos());
      delays.add(send.delayNanos());
      Attempt attempt = send.attempt();
      String to = attempt.endpoint().map(e -> hostAndPort(e.address())).orElse("library");
      boolean[] aborted = new boolean[1];
      attempt.onTimeout(() -> aborted[0] = true);
      WrittenHeaders headers = new WrittenHeaders();
      attempt.writeHeaders(headers);
      Answer answer = arrive(to, headers.set);
      status = 0;
      error = null;
      if (answer instanceof Answer.Status s) {
        status = s.status();
        step = call.responded(attempt, status, name -> s.headers().getOrDefault(name, List.of()));
      } else if (answer instanceof Answer.Failure f) {
        error = f.error();
        step = call.failed(attempt, error, f.progress());
      } else if (answer instanceof Answer.Silence s) {
        long patience = 60_000;
        while (!aborted[0] && patience-- > 0) {
          time.passMillis(1);
        }
        if (!aborted[0]) {
          throw new AssertionError("hangs");
        }
        error = new IOException("Socket closed");
        step = call.failed(attempt, error, s.progress());
      }
    }
    if (step instanceof Step.Deliver && status > 0 && call.bodyWanted() > 0) {
      bodies++;
      call.body(("body " + bodies).getBytes(StandardCharsets.UTF_8));
    }
    call.done();
    if (step instanceof Step.Answer answer) {
      return new Result(answer.status(), null, null, attempts, answer);
    }
    return step instanceof Step.Refuse refuse
        ? new Result(0, null, refuse, attempts, null)
        : new Result(status, error, null, attempts, null);
  }

  private Step await(Step.Later wait) {
    for (int patience = 600_000; !wait.next().isDone(); patience--) {
      if (patience == 0) {
        throw new AssertionError("the next step never comes");
      }
      time.passMillis(1);
    }
    return wait.next().join();
  }

  private static String hostAndPort(InetSocketAddress address) {
    return address.getAddress() == null
        ? address.toString()
        : address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.balance.Chance;
import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.CallerTerms;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderSink;
import io.inboard.call.Log;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.discovery.Names;
import io.inboard.discovery.Resolver;
import io.inboard.policy.Fallback;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.SeededChance;
import io.inboard.settings.BalancerSettings;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DestinationBuilder;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.OutlierSettings;
import io.inboard.settings.ReloadSettings;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.RetrySettings;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.Match;
import io.inboard.settings.ServerSettings;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.Settings;
import io.inboard.time.VirtualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * A mesh on virtual time, endpoints that answer by a script, and an adapter as simple as it can be.
 */
final class World {
  final VirtualTime time = new VirtualTime();
  final Chance chance = new SeededChance(7);
  final Observed observed = new Observed();
  final List<DestinationSettings> destinations = new ArrayList<>();
  boolean enabled = true;

  /** Where this JVM is. */
  String zone = "";

  boolean resilience = true;
  ResilienceSettings.LibraryRetries libraryRetries = ResilienceSettings.LibraryRetries.OBSERVE;
  TlsPlans tls = TlsPlans.NONE;

  /** Of the request that the calls are made for. */
  CallerTerms terms = CallerTerms.NONE;

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
          time,
          () -> Duration.ofSeconds(30).toNanos());

  final MeshOutbound mesh =
      new MeshOutbound(
          (d, host) -> tls.plan(d, host), observed, contexts, names, time, time, chance);

  World() {
    mesh.start();
  }

  /** What an endpoint says next; when there is nothing left, what it says always. */
  private final Map<String, Deque<Answer>> scripts = new HashMap<>();

  private final Map<String, Answer> always = new HashMap<>();

  /** Where attempts arrived, in order: the part of the address that differs. */
  final List<String> arrived = new ArrayList<>();

  /** Headers that the attempts carried, in order. */
  final List<Map<String, String>> carried = new ArrayList<>();

  /** How many bodies the mesh has asked for. The text of each tells its number. */
  int bodies;

  /** Delays before attempts, in nanoseconds. */
  final List<Long> delays = new ArrayList<>();

  /** What an endpoint does with an attempt. */
  sealed interface Answer {
    record Status(int status, Map<String, List<String>> headers) implements Answer {}

    record Failure(Throwable error, Progress progress) implements Answer {}

    /** Never answers; the attempt ends by a timeout, or hangs. */
    record Silence(Progress progress) implements Answer {}
  }

  static Answer status(int status) {
    return new Answer.Status(status, Map.of());
  }

  static Answer status(int status, String header, String value) {
    return new Answer.Status(status, Map.of(header.toLowerCase(Locale.ROOT), List.of(value)));
  }

  static Answer refused() {
    return new Answer.Failure(new ConnectException("Connection refused"), Progress.NOT_CONNECTED);
  }

  static Answer fails(Progress progress) {
    return new Answer.Failure(new IOException("broken: " + progress), progress);
  }

  static Answer fails(Throwable error, Progress progress) {
    return new Answer.Failure(error, progress);
  }

  static Answer silence() {
    return new Answer.Silence(Progress.SENT);
  }

  /** What the application saw. */
  record Result(
      int status, Throwable error, Step.Refuse refused, int attempts, Step.Answer answer) {
    boolean ok() {
      return status >= 200 && status < 300;
    }
  }

  /** The endpoint 10.0.0.N answers so, in turn. */
  World script(int endpoint, Answer... answers) {
    scripts.computeIfAbsent(address(endpoint), a -> new ArrayDeque<>()).addAll(List.of(answers));
    return this;
  }

  /** The endpoint 10.0.0.N answers so when its script is at its end; 200 unless said. */
  World always(int endpoint, Answer answer) {
    always.put(address(endpoint), answer);
    return this;
  }

  static String address(int endpoint) {
    return "10.0.0." + endpoint + ":8080";
  }

  World with(Given destination) {
    destinations.add(destination.settings());
    return this;
  }

  World apply() {
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

  /** Forgets the destinations; {@link #apply} follows. */
  World change(Given... now) {
    destinations.clear();
    for (Given g : now) {
      with(g);
    }
    return apply();
  }

  PolicyStatus status() {
    return mesh.status().destinations().get(0);
  }

  PolicyStatus.EndpointStatus endpoint(int n) {
    return status().endpoints().stream()
        .filter(e -> e.address().equals(address(n)))
        .findFirst()
        .orElseThrow();
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
    send.attempt().writeHeaders(new Headers());
    time.passMillis(millis);
    call.responded(send.attempt(), 200, name -> List.of());
    call.done();
  }

  Result get() {
    return call(Request.of("GET"));
  }

  Result call(Request request) {
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
      arrived.add(to);
      boolean[] aborted = new boolean[1];
      attempt.onTimeout(() -> aborted[0] = true);
      Headers headers = new Headers();
      attempt.writeHeaders(headers);
      carried.add(headers.set);
      Deque<Answer> script = scripts.getOrDefault(to, new ArrayDeque<>());
      Answer answer = script.isEmpty() ? always.getOrDefault(to, status(200)) : script.poll();
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

  /** Headers that were written. */
  static final class Headers implements HeaderSink {
    final Map<String, String> set = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    @Override
    public void set(String name, String value) {
      set.put(name, value);
    }

    @Override
    public void remove(String name) {
      set.remove(name);
    }
  }

  /** A request of the application. */
  record Request(
      String method,
      String scheme,
      String host,
      int port,
      Body body,
      boolean proxied,
      String target,
      Map<String, String> header)
      implements OutboundRequest {
    Request(String method, String scheme, String host, int port, Body body, boolean proxied) {
      this(method, scheme, host, port, body, proxied, "/", Map.of());
    }

    static Request of(String method) {
      return new Request(method, "http", "payments", 80, Body.REPLAYABLE, false);
    }

    Request to(String newHost, int newPort) {
      return new Request(method, scheme, newHost, newPort, body, proxied, target, header);
    }

    Request with(Body newBody) {
      return new Request(method, scheme, host, port, newBody, proxied, target, header);
    }

    Request throughAProxy() {
      return new Request(method, scheme, host, port, body, true, target, header);
    }

    @Override
    public boolean hedgeable() {
      return true;
    }

    /** As java.net.http has it. */
    @Override
    public boolean repeatedByLibrary() {
      return method.equals("GET") || method.equals("HEAD");
    }

    @Override
    public String library() {
      return "test";
    }

    Request at(String newTarget) {
      return new Request(method, scheme, host, port, body, proxied, newTarget, header);
    }

    Request with(String name, String value) {
      Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      more.putAll(header);
      more.put(name, value);
      return new Request(method, scheme, host, port, body, proxied, target, more);
    }

    @Override
    public List<String> headers(String name) {
      return header.containsKey(name) ? List.of(header.get(name)) : List.of();
    }
  }

  /** Settings of a destination, with the defaults of the file. */
  static final class Given {
    private final String host;
    private int attempts = 2;
    private Duration perTry;
    private Set<String> retryOn = RetrySettings.DEFAULT.retryOn();
    private Set<String> idempotent = RetrySettings.DEFAULT.idempotentMethods();
    private Set<String> retriable = Set.of();
    private boolean elsewhere = true;
    private boolean retryOfRetry = false;
    private Duration retryAfterMax = RetrySettings.DEFAULT.retryAfterMax();
    private boolean signals = true;
    private boolean trustsKey = false;
    private int maxReplayBytes = RetrySettings.DEFAULT.maxReplayBytes();
    private long maxReplayTotal = RetrySettings.DEFAULT.maxReplayTotal();
    private final Map<String, Integer> endpoints = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> labels = new HashMap<>();
    private final Map<String, String> zones = new HashMap<>();
    private final List<RouteSettings> routes = new ArrayList<>();
    private final DestinationBuilder builder;

    private Given(String host) {
      this.host = host;
      this.builder = DestinationSettings.builder(host).outlierDetection(Optional.empty());
      balancer(BalancerSettings.Simple.ROUND_ROBIN);
    }

    static Given destination(String host, int... endpoints) {
      Given given = new Given(host);
      for (int n : endpoints) {
        given.endpoints.put("10.0.0." + n, 1);
      }
      return given;
    }

    /** The usual one. */
    static Given payments(int... endpoints) {
      return destination("payments", endpoints);
    }

    /** The endpoint 10.0.0.N carries this label. */
    Given labelled(int n, String key, String value) {
      labels.put("10.0.0." + n, Map.of(key, value));
      return this;
    }

    /** Calls that match get these in place of the destination's own. */
    Given route(Match match, UnaryOperator<RouteSettings> change) {
      routes.add(
          change.apply(
              new RouteSettings(
                  match,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  List.of())));
      builder.routes(routes);
      return this;
    }

    /** Whatever has no word of its own here. */
    Given that(UnaryOperator<DestinationBuilder> change) {
      var unused = change.apply(builder); // It is the same one.
      return this;
    }

    /** Where some of the endpoints are. */
    Given zone(String zone, int... endpointsThere) {
      for (int n : endpointsThere) {
        zones.put("10.0.0." + n, zone);
      }
      return this;
    }

    Given port(int port) {
      builder.port(port);
      return this;
    }

    Given named(String endpointHost, int weight) {
      endpoints.put(endpointHost, weight);
      return this;
    }

    Given tls(DestinationSettings.TlsMode mode) {
      builder.tls(new DestinationSettings.TlsSettings(mode, List.of()));
      return this;
    }

    Given timeout(long millis) {
      builder.timeout(Optional.of(Duration.ofMillis(millis)));
      return this;
    }

    Given perTry(long millis) {
      perTry = Duration.ofMillis(millis);
      return this;
    }

    Given attempts(int retries) {
      attempts = retries;
      return this;
    }

    Given retryOn(String keywords) {
      retryOn = Set.of(keywords.split(","));
      return this;
    }

    Given idempotent(String... methods) {
      idempotent = Set.of(methods);
      return this;
    }

    Given retriable(String... methods) {
      retriable = Set.of(methods);
      return this;
    }

    Given anywhere() {
      elsewhere = false;
      return this;
    }

    Given retryingRetries() {
      retryOfRetry = true;
      return this;
    }

    Given retryAfterMax(long millis) {
      retryAfterMax = Duration.ofMillis(millis);
      return this;
    }

    Given withoutSignals() {
      signals = false;
      return this;
    }

    Given trustingKeys() {
      trustsKey = true;
      return this;
    }

    Given replay(int ofOne, long ofAll) {
      maxReplayBytes = ofOne;
      maxReplayTotal = ofAll;
      return this;
    }

    Given deadlines(DeadlineSettings.Mode mode) {
      builder.deadlineMode(Optional.of(mode));
      return this;
    }

    Given balancer(BalancerSettings.Simple kind) {
      BalancerSettings d = BalancerSettings.DEFAULT;
      builder.loadBalancer(
          new BalancerSettings(kind, d.consistentHash(), d.warmup(), d.locality()));
      return this;
    }

    /** Consecutive failures only. */
    Given outlier(int consecutive, int maxPercent) {
      OutlierSettings d = OutlierSettings.DEFAULT;
      builder.outlierDetection(
          Optional.of(
              new OutlierSettings(
                  consecutive,
                  consecutive,
                  consecutive,
                  true,
                  d.interval(),
                  d.baseEjectionTime(),
                  d.maxEjectionTime(),
                  maxPercent,
                  0,
                  Set.of(),
                  Optional.empty(),
                  Optional.empty(),
                  1)));
      return this;
    }

    Given breaker(int percent, int volume) {
      builder.circuitBreaker(
          Optional.of(
              new DestinationSettings.BreakerSettings(
                  percent, volume, Duration.ofSeconds(10), Duration.ofSeconds(5))));
      return this;
    }

    DestinationSettings settings() {
      List<Instance> list = new ArrayList<>();
      endpoints.forEach(
          (h, weight) ->
              list.add(
                  new Instance(
                      h,
                      8080,
                      weight,
                      zones.getOrDefault(h, ""),
                      labels.getOrDefault(h, Map.of()))));
      RetrySettings d = RetrySettings.DEFAULT;
      return builder
          .endpoints(
              list.isEmpty() ? EndpointSettings.BY_LIBRARY : new EndpointSettings.Listed(list))
          .retries(
              new RetrySettings(
                  attempts,
                  Optional.ofNullable(perTry),
                  retryOn,
                  idempotent,
                  retriable,
                  d.backoff(),
                  d.maxBackoff(),
                  elsewhere,
                  maxReplayBytes,
                  maxReplayTotal,
                  retryOfRetry,
                  retryAfterMax,
                  signals,
                  trustsKey))
          .build();
    }
  }

  /** Remembers what it saw, line by line. */
  static final class Observed implements CallObserver {
    final List<String> lines = new ArrayList<>();

    /** Attempts after which a retry was wanted, and there was none. */
    final List<Integer> exhausted = new ArrayList<>();

    @Override
    public OfCall call(OutboundRequest request, Optional<String> destination) {
      lines.add("call " + destination.orElse("-"));
      return new OfCall() {
        @Override
        public OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
          lines.add("attempt " + number + " " + reason + " " + endpoint.orElse("-"));
          return new OfAttempt() {
            @Override
            public void writeHeaders(HeaderSink headers) {
              headers.set("traceparent", "attempt-" + number);
            }

            @Override
            public void retriesExhausted() {
              exhausted.add(number);
            }

            @Override
            public void peer(String identity) {
              lines.add("peer " + number + " " + identity);
            }

            @Override
            public void end(int status, Throwable error, String outcome) {
              lines.add("end " + number + " " + status + " " + outcome);
            }
          };
        }

        @Override
        public void injected(long delayNanos, int status) {
          lines.add("injected " + delayNanos / 1_000_000 + " ms " + status);
        }

        @Override
        public void fallback(Fallback kind) {
          lines.add("fallback " + kind);
        }

        @Override
        public void refused(Step.Reason reason, String message) {
          lines.add("refused " + reason);
        }
      };
    }
  }
}

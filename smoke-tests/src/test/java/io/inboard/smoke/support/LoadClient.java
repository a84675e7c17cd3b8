// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A JVM under the agent that calls others, at a fixed rate, with the client that is asked for. */
public final class LoadClient implements AutoCloseable {
  /** The hooked clients. */
  public static final List<String> CLIENTS = List.of("url-connection", "jdk", "jdk-async");

  private final Service.Builder builder;
  private final Service service;

  /** One of them is the host {@code version}, in turn. */
  private final List<FaultyServer> versions = List.of(new FaultyServer(), new FaultyServer());

  private final AtomicInteger orders = new AtomicInteger();
  private String destinations = "";
  private String more = "";
  private int version;

  public LoadClient(String name) {
    builder = Service.loadClient(name, Jdks.own()).jvm("-Dhttp.maxConnections=200", "-Xmx256m");
    builder.agent(settings());
    service = builder.start();
  }

  /** With all clients: a JVM that has just started is slower than what is to be seen. */
  public LoadClient warm() {
    for (String client : CLIENTS) {
      order(client, "http://version/").rate(50, 1).run();
      order(client, "http://version/").method("POST").rate(100, 1).run();
    }
    return this;
  }

  public Service service() {
    return service;
  }

  /** Adds entries to {@code destinations}, and waits until they are in force. */
  public LoadClient destination(String entries) {
    destinations += entries;
    return reload();
  }

  /** Puts these in place of all destinations, and of the blocks beside them. */
  public LoadClient settings(String blocks, String entries) {
    more = blocks;
    destinations = entries;
    return reload();
  }

  private LoadClient reload() {
    version++;
    settings().write(builder.settingsFile());
    FaultyServer now = versions.get(version % 2);
    now.forget();
    Await.until(
        "version " + version + " of the settings",
        Duration.ofSeconds(20),
        () -> {
          order("jdk", "http://version/").run();
          return now.count() > 0;
        });
    return this;
  }

  private Yaml settings() {
    return Yaml.service("web")
        .with(more)
        .destinations(
            destinations
                + "- {host: version, endpoints: [\"%s\"]}\n"
                    .formatted(versions.get(version % 2).address()));
  }

  /** {@code endpoints: ["127.0.0.1:1", ...]}. */
  public static String endpoints(List<FaultyServer> servers) {
    return "endpoints: ["
        + String.join(", ", servers.stream().map(s -> '"' + s.address() + '"').toList())
        + "]";
  }

  /** A GET, once, unless said otherwise. */
  public Order order(String client, String url) {
    return new Order("client=" + client + " url=" + url);
  }

  @Override
  public void close() {
    service.close();
    versions.forEach(FaultyServer::close);
  }

  /** What is to be sent. */
  public final class Order {
    private final String words;

    private Order(String words) {
      this.words = words;
    }

    public Order rate(double perSecond, double seconds) {
      return new Order(words + " rate=" + perSecond + " seconds=" + seconds);
    }

    public Order with(String key, Object value) {
      return new Order(words + " " + key + "=" + value);
    }

    public Order method(String method) {
      return with("method", method);
    }

    public Running start() {
      String id = "o" + orders.incrementAndGet();
      service.program().say(id + " " + words);
      return new Running(id);
    }

    public Result run() {
      return start().end();
    }
  }

  /** Being sent. */
  public final class Running {
    private final String id;
    private final String prefix;

    private Running(String id) {
      this.id = id;
      this.prefix = "result " + id + " ";
    }

    /** Sends no more. */
    public Result stop() {
      service.program().say(id + " stop");
      return end();
    }

    public Result end() {
      return Await.value(
          prefix + "\n" + service.program(),
          Duration.ofMinutes(15),
          () -> {
            if (!service.program().alive()) {
              throw new IllegalStateException("the load client has ended");
            }
            return service.program().out().lines().stream()
                .filter(line -> line.startsWith(prefix))
                .findFirst()
                .map(line -> Result.of(line.substring(prefix.length())));
          });
    }
  }

  /** What came of an order; times in milliseconds from when a request was due. */
  public record Result(JsonNode json) {
    public static Result of(String json) {
      try {
        return new Result(new ObjectMapper().readTree(json));
      } catch (JsonProcessingException e) {
        throw new AssertionError(json, e);
      }
    }

    public int requests() {
      return json.path("requests").asInt();
    }

    public int ok() {
      return json.path("ok").asInt();
    }

    public int failed() {
      return requests() - ok();
    }

    /** Percent. */
    public double success() {
      return 100.0 * ok() / requests();
    }

    /** Of all requests; {@code p50}, {@code p99}, {@code max}. */
    public double millis(String percentile) {
      return json.path("millis").path(percentile).asDouble();
    }

    /** Of those that went well. */
    public double okMillis(String percentile) {
      return json.path("okMillis").path(percentile).asDouble();
    }

    public int outcome(String statusOrException) {
      return json.path("outcomes").path(statusOrException).asInt();
    }

    /** How many answers carried that value of the header that was asked for. */
    public JsonNode headers() {
      return json.path("headers");
    }

    public Optional<String> firstExample() {
      return Optional.ofNullable(json.path("examples").path(0).textValue());
    }

    /** By the second in which they were due. */
    public int seconds() {
      return json.path("seconds").size();
    }

    public int requests(int second) {
      return json.path("seconds").path(second).path("requests").asInt();
    }

    public int ok(int second) {
      return json.path("seconds").path(second).path("ok").asInt();
    }

    /** Without the seconds. */
    public String brief() {
      return "outcomes " + json.path("outcomes") + " examples " + json.path("examples");
    }
  }
}

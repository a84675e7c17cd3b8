// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A sample service in a JVM of its own, with or without the agent. */
public final class Service implements AutoCloseable {
  private final String name;
  private final int port;
  private final Program program;

  private Service(String name, int port, Program program) {
    this.name = name;
    this.port = port;
    this.program = program;
  }

  /** A Spring Boot service: {@code boot-2.7}, {@code boot-3.5}, {@code actuator}, … */
  public static Builder boot(String line, String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "Started Shop in";
    builder.program = List.of("-jar", Tree.app(line).toString());
    builder.arguments.addAll(
        List.of(
            "--server.address=127.0.0.1",
            "--server.port=" + builder.port,
            "--server.tomcat.threads.max=50",
            "--spring.main.banner-mode=off",
            "--shop.name=" + name));
    return builder;
  }

  /** {@code boot-3.5} taken apart: its classes and its {@code lib/*} below a directory. */
  public static Builder exploded(Path directory, String name, Jdk jdk) {
    return exploded(directory, "boot-3.5", "shop.Shop", name, jdk);
  }

  /**
   * The same of another sample.
   *
   * @param main its class
   */
  public static Builder exploded(Path directory, String app, String main, String name, Jdk jdk) {
    Builder builder = boot(app, name, jdk);
    String path = directory.resolve("classes") + ":" + directory.resolve("lib") + "/*";
    builder.program = List.of("-cp", path, main);
    return builder;
  }

  /** The JDK's own server. */
  public static Builder plain(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-jar", Tree.app("plain").toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /** The JDK's own server, which calls others by OkHttp: {@code okhttp}, {@code okhttp-async}. */
  public static Builder okHttp(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-jar", Tree.app("okhttp").toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /**
   * The JDK's own server, which calls others by Apache HttpClient 4: {@code apache4}, {@code
   * apache4-minimal}, and by its clients of the style of 4.2, {@code apache4-legacy}.
   */
  public static Builder apache4(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-jar", Tree.app("apache4").toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /** The JDK's own server, which calls others by Apache HttpClient 5: {@code apache5}. */
  public static Builder apache5(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-jar", Tree.app("apache5").toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /**
   * The JDK's own server, which calls others by the low-level client of Elasticsearch 8: {@code
   * elasticsearch}, {@code elasticsearch-async}, and by what that is built on, {@code
   * httpasyncclient}, {@code httpasyncclient-minimal}.
   */
  public static Builder elasticsearch(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-jar", Tree.app("elasticsearch").toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /** The same by the client of Elasticsearch 7.17. */
  public static Builder elasticsearch7(String name, Jdk jdk) {
    Builder builder = elasticsearch(name, jdk);
    Path jar = Tree.app("elasticsearch");
    builder.program =
        List.of(
            "-cp",
            jar.resolveSibling("7") + "/*:" + jar,
            "shop.elasticsearch.ElasticsearchService");
    return builder;
  }

  /**
   * The JDK's own server, which calls others by Jetty's client: {@code jetty}, {@code jetty-async}.
   */
  public static Builder jettyClient(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-jar", Tree.app("jetty-client").toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /**
   * Jersey and RESTEasy on Tomcat, which calls others by frameworks: {@code feign}, {@code
   * retrofit}, ...
   */
  public static Builder frameworks(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-jar", Tree.app("frameworks").toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /**
   * The JDK's own server, which calls others by gRPC: {@code netty}, {@code shaded}, {@code
   * okhttp}.
   */
  public static Builder grpcFront(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-jar", Tree.app("grpc").toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /** A server of gRPC, on {@code netty} or {@code shaded}. */
  public static Builder grpcBack(String name, String transport, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-cp", Tree.app("grpc").toString(), "shop.grpc.GrpcBack");
    builder.arguments.addAll(List.of("" + builder.port, name, transport));
    return builder;
  }

  /** {@code vertx}, {@code micronaut} or {@code quarkus}; all but the second call others, too. */
  public static Builder onNetty(String framework, String name, Jdk jdk) {
    boolean quarkus = framework.equals("quarkus");
    Builder builder = new Builder(name, jdk);
    builder.ready = quarkus ? "Listening on" : "listens on";
    Path jar = quarkus ? Tree.quarkus() : Tree.app(framework);
    builder.program = List.of("-jar", jar.toString());
    builder.arguments.addAll(List.of("" + builder.port, name));
    return builder;
  }

  /** A server of java.base alone. */
  public static Builder bare(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-cp", Tree.app("plain").toString(), "shop.plain.BareService");
    builder.arguments.add("" + builder.port);
    return builder;
  }

  /** A client that calls as {@link LoadClient} says. */
  static Builder loadClient(String name, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "load client is ready";
    builder.program = List.of("-jar", Tree.app("load").toString());
    builder.listens = true;
    return builder;
  }

  /** A server that does so many requests at once, each in so many milliseconds. */
  public static Builder capacity(String name, int workers, int millis, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "listens on";
    builder.program = List.of("-cp", Tree.app("load").toString(), "shop.load.CapacityServer");
    builder.arguments.addAll(List.of("" + builder.port, "" + workers, "" + millis));
    return builder;
  }

  /** A server and a client that no hook knows, on every address of this host. */
  public static Builder unknown(String name, String transport, Jdk jdk) {
    Builder builder = new Builder(name, jdk);
    builder.ready = "netty listens on";
    builder.program = List.of("-jar", Tree.app("unknown").toString());
    builder.arguments.addAll(List.of("" + builder.port, transport));
    return builder;
  }

  public int port() {
    return port;
  }

  /** Without scheme: {@code 127.0.0.1:8080}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  public String url(String path) {
    return "http://" + address() + path;
  }

  /** What {@code status PID --json} says of it. */
  public JsonNode status() {
    Program.Ended ended = Cli.run("status", "" + program.pid(), "--json");
    try {
      return new ObjectMapper().readTree(ended.out());
    } catch (JsonProcessingException e) {
      throw new AssertionError(ended.toString(), e);
    }
  }

  /** The way to make this service call another: {@code /call?client=&url=}. */
  public String callUrl(String client, String url) {
    return callUrl("", client, url);
  }

  /** As {@link #callUrl(String, String)} by {@code /call/callable}, {@code /call/background}, … */
  public String callUrl(String way, String client, String url) {
    return url("/call" + way + "?client=" + client + "&url=" + encode(url));
  }

  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  public Program program() {
    return program;
  }

  /** What the agent says should be mended, on standard error. */
  public List<String> warnings() {
    return program.err().lines().stream()
        .filter(line -> line.startsWith("[inboard] WARN"))
        .toList();
  }

  /** As {@link #warnings}, once there are so many: a line may be said after its call has ended. */
  public List<String> awaitWarnings(int count) {
    program.await(count + " warnings", Duration.ofSeconds(20), () -> warnings().size() >= count);
    return warnings();
  }

  @Override
  public void close() {
    program.close();
  }

  @Override
  public String toString() {
    return name;
  }

  /** How to start it. */
  public static final class Builder {
    private final String name;
    private final Jdk jdk;
    private final int port = Ports.free();
    private final Path directory;
    private final List<String> agents = new ArrayList<>();
    private final List<String> jvm = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();
    private String ready = "";
    private List<String> program = List.of();
    private boolean listens;

    private Builder(String name, Jdk jdk) {
      this.name = name;
      this.jdk = jdk;
      this.directory = Tree.work(name);
      environment.put("XDG_CACHE_HOME", directory.toString());
    }

    public String name() {
      return name;
    }

    public int port() {
      return port;
    }

    public String address() {
      return "127.0.0.1:" + port;
    }

    /** Where the service runs, and where its settings lie. */
    public Path directory() {
      return directory;
    }

    public Path settingsFile() {
      return directory.resolve("settings.yaml");
    }

    /** Our agent, with these settings in a file. */
    public Builder agent(Yaml settings) {
      settings.write(settingsFile());
      return agentArgument(settingsFile().toString());
    }

    /** Our agent with that argument, a path or a URL; empty: none. */
    public Builder agentArgument(String argument) {
      agents.add("-javaagent:" + Tree.agent() + (argument.isEmpty() ? "" : "=" + argument));
      return this;
    }

    /** Another agent; the order of the calls is that of the flags. */
    public Builder neighbour(Path jar) {
      agents.add("-javaagent:" + jar);
      return this;
    }

    /** Another jar, in front of the class path. */
    public Builder before(Path jar) {
      program =
          program.stream().map(word -> word.endsWith(".jar") ? jar + ":" + word : word).toList();
      return this;
    }

    public Builder jvm(String... flags) {
      jvm.addAll(Arrays.asList(flags));
      return this;
    }

    /** Spring Boot's own choice of addresses: all of this host. */
    public Builder everywhere() {
      arguments.remove("--server.address=127.0.0.1");
      return this;
    }

    public Builder argument(String... more) {
      arguments.addAll(Arrays.asList(more));
      return this;
    }

    public Builder environment(String key, String value) {
      environment.put(key, value);
      return this;
    }

    /** Starts it and waits until it serves. */
    public Service start() {
      Service service = launch();
      try {
        service.program.awaitLine(ready);
      } catch (AssertionError e) {
        service.close();
        throw e;
      }
      return service;
    }

    /** Starts them at the same time, and waits until all of them serve. */
    public static List<Service> startAll(List<Builder> builders) {
      List<Service> services = builders.stream().map(Builder::launch).toList();
      try {
        for (int i = 0; i < services.size(); i++) {
          services.get(i).program.awaitLine(builders.get(i).ready);
        }
      } catch (AssertionError e) {
        services.forEach(Service::close);
        throw e;
      }
      return services;
    }

    /** Starts it without waiting. */
    public Service launch() {
      List<String> command = new ArrayList<>(List.of(jdk.tool("java").toString()));
      command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
      command.addAll(agents);
      command.addAll(jvm);
      command.addAll(program);
      command.addAll(arguments);
      return new Service(
          name,
          port,
          listens
              ? Program.startListening(name, command, environment, directory)
              : Program.start(name, command, environment, directory));
    }
  }
}

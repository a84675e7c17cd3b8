// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may know whom; nothing else. Every package of the agent and every instrumentation module is
 * named here: a package that is not named fails.
 */
final class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.inboard", "shop");

  private static final List<String> OKHTTP = List.of("okhttp3..", "okio..", "kotlin..");
  private static final String OTEL = "io.opentelemetry..";

  /** A package of ours by its last name; what stands behind it may be known besides the JDK. */
  private static final Map<String, List<String>> KNOWS = new LinkedHashMap<>();

  static {
    knows("boot");
    knows("call");
    knows("call.client", "call");
    knows("call.server", "call");
    knows("time", "call");
    knows("http", "call", "time");
    knows("weave", "boot", "call", "org.objectweb.asm..");
    knows("settings", "call");
    knows("settings.document", "com.fasterxml.jackson..", "org.yaml.snakeyaml..");
    knows("settings.reading", "call", "settings", "settings.document");
    knows(
        "settings.source",
        "call",
        "settings",
        "settings.document",
        "settings.reading",
        OKHTTP.get(0),
        OKHTTP.get(1),
        OKHTTP.get(2));
    knows("identity", "call", "settings");
    knows("discovery", "call", "settings", "settings.reading", "settings.source", "time");
    knows("balance", "call", "settings");
    knows("telemetry", "call", "settings", "http", "time", OTEL);
    knows("policy", "call", "settings", "balance", "time");
    knows("admission", "call", "settings", "balance", "time");
    knows(
        "mesh",
        "call",
        "settings",
        "settings.source",
        "weave",
        "identity",
        "discovery",
        "balance",
        "telemetry",
        "policy",
        "admission",
        "time",
        OTEL);
    knows(
        "agent",
        "boot",
        "call",
        "settings",
        "settings.reading",
        "settings.source",
        "weave",
        "identity",
        "telemetry",
        "discovery",
        "mesh",
        "time",
        "policy",
        "com.fasterxml.jackson..",
        OTEL);
    knows(
        "command",
        "command.demo",
        "call",
        "settings",
        "settings.document",
        "settings.reading",
        "settings.source",
        "identity",
        "agent",
        "com.fasterxml.jackson..",
        "picocli..",
        "com.sun.net.httpserver..",
        "com.sun.tools.attach..");
    knows(
        "command.demo",
        "command",
        "call",
        "settings",
        "identity",
        "agent",
        "com.fasterxml.jackson..",
        "com.sun.net.httpserver..");
    library("apachehttpclient4", "org.apache.http..");
    library("apachehttpclient4.async", "org.apache.http..", "instrumentation.apachehttpclient4");
    library("apachehttpclient5", "org.apache.hc..");
    library("coroutines", "kotlin..", "kotlinx..");
    library("executors", "org.springframework..", "org.apache.tomcat..");
    library("feign", "feign..");
    library("grpc.client", "io.grpc..");
    library("grpc.okhttp", "io.grpc..", "instrumentation.grpc.client");
    library("grpc.netty", "io.grpc..", "io.netty..", "instrumentation.grpc.client");
    library("grpc.server", "io.grpc..");
    library("httpurlconnection", "sun.net.www..", "sun.net..");
    library("jdkhttpclient", "jdk.internal.net.http..");
    library("jdkhttpserver", "com.sun.net.httpserver..", "sun.net.httpserver..");
    library("jdktls", "sun.security.ssl..");
    library("jersey", "org.glassfish.jersey..");
    library("jetty", "org.eclipse.jetty..");
    library("jettyclient", "org.eclipse.jetty..");
    library("mutiny", "io.smallrye.mutiny..");
    library("netty.client", "io.netty..");
    library("netty.server", "io.netty..");
    library("okhttp", "okhttp3..", "okio..");
    library("quarkus", "org.jboss.resteasy.reactive..");
    library("reactornetty.client", "io.netty..", "reactor..", "org.reactivestreams..");
    library("reactornetty.server", "io.netty..", "reactor..", "org.reactivestreams..");
    library("resteasy", "org.jboss.resteasy..");
    library("retries", "org.springframework..", "io.github.resilience4j..");
    library("sockets", "sun.nio.ch..", "io.netty..");
    library("tomcat", "org.apache..", "jakarta.servlet..", "javax.servlet..");
    library("undertow", "io.undertow..", "org.xnio..");
    library("vertx.client", "io.vertx..", "io.netty..");
    library("vertx.context", "io.vertx..");
    library("vertx.server", "io.vertx..", "io.netty..");
    library("webflux", "org.springframework..");
  }

  private static void knows(String name, String... others) {
    KNOWS.put(name, List.of(others));
  }

  /** A library's module knows the neutral words, the weaver and its library; never another one. */
  private static void library(String name, String... itself) {
    KNOWS.put(
        "instrumentation." + name,
        Stream.concat(Stream.of("call", "call.client", "call.server", "weave"), Stream.of(itself))
            .toList());
  }

  static Stream<String> names() {
    return KNOWS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void knowsNothingElse(String name) {
    List<String> known =
        Stream.concat(
                Stream.of("java..", "javax..", ours(name)),
                KNOWS.get(name).stream().map(other -> other.endsWith("..") ? other : ours(other)))
            .toList();
    classes()
        .that()
        .resideInAPackage(ours(name))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(known.toArray(String[]::new))
                .or(
                    DescribedPredicate.describe(
                        "is a primitive", (JavaClass c) -> c.getPackageName().isEmpty())))
        .allowEmptyShould(true)
        .check(ALL);
  }

  private static String ours(String name) {
    return "io.inboard." + name;
  }

  @Test
  void everyPackageIsNamedAbove() {
    Set<String> found = new TreeSet<>();
    for (JavaClass c : ALL) {
      if (c.getPackageName().startsWith("io.inboard.")) {
        found.add(c.getPackageName().substring("io.inboard.".length()));
      }
    }
    assertThat(found)
        .isSubsetOf(KNOWS.keySet())
        .contains("boot", "call", "weave", "mesh", "command", "instrumentation.tomcat");
  }

  @Test
  void ourOwnRequestsDoNotMeetOurHooks() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("java.net.http..")
                .or(
                    DescribedPredicate.describe(
                        "is HttpURLConnection",
                        (JavaClass c) -> c.getName().equals("java.net.HttpURLConnection"))))
        .check(
            ALL.that(
                DescribedPredicate.not(
                    resideInAnyPackage("io.inboard.instrumentation..", "shop.."))));
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads settings from YAML or JSON. What the text leaves out is filled from the environment
 * (OTEL_*) and then from the defaults. Immutable; any thread. Touches neither files nor logging.
 */
public final class SettingsReader {
  static final Duration ZERO = Duration.ZERO;
  static final Duration LONGEST = Duration.ofHours(24 * 30);

  private final Expansion expansion;
  private final OtelDefaults otel;

  /**
   * @param environment of the process
   * @param javaCommand the system property {@code sun.java.command}, the source of the service's
   *     default name; empty if unknown
   */
  public SettingsReader(Map<String, String> environment, String javaCommand) {
    this.expansion = new Expansion(environment);
    this.otel = OtelDefaults.from(environment, javaCommand);
  }

  /** What holds without any settings. */
  public Settings defaults() {
    Problem.Collector none = new Problem.Collector();
    return settings(new Section(new Node.Mapping(0, 0, 1, Map.of()), "", expansion, none));
  }

  /** What is wrong with OTEL_* variables; each of those is ignored, as the specification asks. */
  public List<String> warnings() {
    return otel.warnings();
  }

  /**
   * Reads and checks a whole text. An empty text means all defaults.
   *
   * @param sourceName for messages; one that ends in {@code .json} is read as JSON only
   * @throws SettingsException with all problems that were found
   */
  public Settings read(String text, String sourceName) throws SettingsException {
    Problem.Collector problems = new Problem.Collector();
    Optional<Node> root = Document.parse(text, sourceName, problems);
    Settings settings = null;
    if (root.isPresent()) {
      Node node = root.get();
      if (node instanceof Node.Mapping mapping) {
        settings = settings(new Section(mapping, "", expansion, problems));
      } else if (!(node instanceof Node.Scalar scalar && scalar.text().isEmpty())) {
        problems.add(
            new Problem(
                "",
                node.line(),
                node.column(),
                "settings are a mapping of keys, and this is " + node.kind(),
                "begin with a key such as 'service:' or 'destinations:'"));
      }
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(sourceName, problems.sorted());
    }
    return settings == null ? defaults() : settings;
  }

  private Settings settings(Section root) {
    boolean enabled = root.bool("enabled", true);
    ServiceSettings service = service(root.section("service"));
    TelemetrySettings telemetry = TelemetryReader.read(root.section("telemetry"), otel);
    IdentitySettings identity = identity(root.section("identity"));
    boolean hasIdentity = root.has("identity") && identity.present();
    InboundSettings inbound =
        InboundReader.read(
            root.section("inbound"),
            root.has("inbound") || root.has("identity"),
            root.section("server"),
            hasIdentity);
    List<DestinationSettings> destinations =
        DestinationReader.readAll(root.items("destinations"), hasIdentity);
    Section reload = root.section("reload");
    Duration interval =
        reload.duration("interval", Duration.ofSeconds(5), Duration.ofMillis(100), LONGEST);
    reload.end();
    ResilienceSettings resilience =
        new ResilienceSettings(
            RouteReader.enabled(root).orElse(true),
            ServerReader.deadline(root.section("deadline")),
            root.word("libraryRetries", ResilienceSettings.DEFAULT.libraryRetries()));
    root.end();
    return new Settings(
        enabled,
        service,
        telemetry,
        identity,
        inbound,
        resilience,
        destinations,
        new ReloadSettings(interval));
  }

  private ServiceSettings service(Section section) {
    ServiceSettings defaults = otel.service();
    ServiceSettings service =
        new ServiceSettings(
            section.text("name", defaults.name()),
            section.text("namespace", defaults.namespace()),
            section.text("version", defaults.version()),
            section.text("zone", defaults.zone()),
            defaults.attributes());
    section.end();
    return service;
  }

  private static IdentitySettings identity(Section section) {
    section.notYet("workloadApi");
    if (section.isEmpty()) {
      return IdentitySettings.NONE;
    }
    String hint = "an identity is certificateChain, privateKey and trustBundle";
    IdentitySettings identity =
        section.has("workloadApi")
            ? IdentitySettings.NONE
            : new IdentitySettings(
                section.requiredText("certificateChain", hint).orElse("?"),
                section.requiredText("privateKey", hint).orElse("?"),
                section.requiredText("trustBundle", hint).orElse("?"),
                trustDomain(section));
    section.end();
    return identity;
  }

  private static String trustDomain(Section section) {
    Optional<String> text = section.text("trustDomain");
    if (text.isPresent() && !text.get().matches("[a-z0-9._-]{1,255}")) {
      Value value = section.value("trustDomain").orElseThrow();
      value.problem(
          "must be a SPIFFE trust domain, and is " + value.shown(),
          "lower case, without spiffe:// and without a path: cluster.local");
      return "";
    }
    return text.orElse("");
  }
}

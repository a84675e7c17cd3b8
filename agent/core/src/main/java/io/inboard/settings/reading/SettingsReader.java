// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.call.Log;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.ReloadSettings;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.Settings;
import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.document.Document;
import io.inboard.settings.document.Node;
import io.inboard.settings.document.Problem;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads settings from YAML or JSON. What the text leaves out is filled from the environment
 * (OTEL_*) and then from the defaults. Immutable; any thread. Touches neither files nor logging.
 */
public class SettingsReader {
  static final Duration ZERO = Duration.ZERO;
  static final Duration LONGEST = Duration.ofHours(24 * 30);

  private final Expansion expansion;
  private final OtelDefaults otel;

  private final RelativePaths files;

  /**
   * @param environment of the process
   * @param javaCommand the system property {@code sun.java.command}, the source of the service's
   *     default name; empty if unknown
   */
  public SettingsReader(Map<String, String> environment, String javaCommand) {
    this.expansion = new Expansion(environment);
    this.otel = OtelDefaults.from(environment, javaCommand);
    this.files = new RelativePaths(Optional.empty());
  }

  private SettingsReader(Expansion expansion, OtelDefaults otel, RelativePaths files) {
    this.expansion = expansion;
    this.otel = otel;
    this.files = files;
  }

  /**
   * The same reader for the settings of one source.
   *
   * @param directory what relative paths in the settings are relative to; empty: the working
   *     directory
   */
  public SettingsReader relativeTo(Optional<File> directory) {
    return new SettingsReader(expansion, otel, new RelativePaths(directory));
  }

  /**
   * Where a key stands in a text.
   *
   * @param path such as {@code identity.privateKey}; no lists
   * @return of the last key of the path that is there; line 0 if the text cannot be parsed or not
   *     even the first one is
   */
  public static Place place(String text, String sourceName, String path) {
    Optional<Node> node = Document.parse(text, sourceName, new Problem.Collector());
    Place found = new Place(0, 0);
    for (String key : path.split("\\.")) {
      if (node.isPresent()
          && node.get() instanceof Node.Mapping mapping
          && mapping.entries().containsKey(key)) {
        Node.Entry entry = mapping.entries().get(key);
        found = new Place(entry.line(), entry.column());
        node = Optional.of(entry.value());
      } else {
        break;
      }
    }
    return found;
  }

  /** A place in a text, from 1; 0 if unknown. */
  public record Place(int line, int column) {}

  /** What holds without any settings. */
  public Settings defaults() {
    Problem.Collector none = new Problem.Collector();
    return settings(
        new Section(new Node.Mapping(0, 0, 1, Map.of()), Position.ROOT, expansion, none));
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
        if (isConfigMap(mapping)) {
          problems.add(
              new Problem(
                  "",
                  mapping.line(),
                  mapping.column(),
                  "this is a Kubernetes object, not the settings in it",
                  "name the file that its data becomes when it is mounted: data: {inboard.yaml: |"
                      + " ...} is .../inboard.yaml"));
        } else {
          settings = settings(new Section(mapping, Position.ROOT, expansion, problems));
        }
      } else if (!(node instanceof Node.Scalar scalar && scalar.text().isEmpty())) {
        problems.add(
            new Problem(
                "",
                node.line(),
                node.column(),
                "settings are a mapping of keys, but this is " + node.kind(),
                "begin with a key such as 'service:' or 'destinations:'"));
      }
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(sourceName, problems.sorted());
    }
    return settings == null ? defaults() : settings;
  }

  private static boolean isConfigMap(Node.Mapping root) {
    return root.entries().containsKey("apiVersion") && root.entries().containsKey("kind");
  }

  /** Whether a text says nothing at all: it is empty, or holds comments only. */
  public boolean saysNothing(String text, String sourceName) {
    if (text.length() > Document.MAX_SIZE) {
      return false;
    }
    Problem.Collector problems = new Problem.Collector();
    Optional<Node> root = Document.parse(text, sourceName, problems);
    return problems.isEmpty()
        && (root.isEmpty()
            || (root.get() instanceof Node.Scalar scalar && scalar.text().isEmpty()));
  }

  /**
   * What secures this JVM of a text that is broken elsewhere: what is valid of {@code identity} and
   * {@code inbound}.
   *
   * @return empty if nothing of these two is valid, or there is nothing to read
   */
  public Optional<Settings> securityOf(String text, String sourceName) {
    Optional<SecuritySections> sections = sectionsOf(text, sourceName, new SecurityWords());
    return sections.isEmpty() || sections.get().nothingIsValid()
        ? Optional.empty()
        : Optional.of(
            settings(
                new Section(
                    sections.get().valid(), Position.ROOT, expansion, new Problem.Collector())));
  }

  /**
   * The two sections that secure this JVM.
   *
   * @param words see what the text says as well, once its escapes and variables are resolved
   * @return empty if the text cannot be parsed
   */
  public Optional<SecuritySections> sectionsOf(
      String text, String sourceName, SecurityWords words) {
    Problem.Collector ofText = new Problem.Collector();
    Optional<Node> root = Document.parse(text, sourceName, ofText);
    if (!(root.orElse(null) instanceof Node.Mapping whole)) {
      return Optional.empty();
    }
    words.in(whole, expansion);
    Problem.Collector ofSettings = new Problem.Collector();
    settings(new Section(SecuritySections.partOf(whole), Position.ROOT, expansion, ofSettings));
    return Optional.of(
        new SecuritySections(whole, ofText.sorted(), ofSettings.sorted(), expansion));
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
        DestinationReader.readAll(root.items("destinations"), hasIdentity, files);
    Section reload = root.section("reload");
    Duration interval =
        reload.duration("interval", Duration.ofSeconds(5), Duration.ofMillis(100), LONGEST);
    reload.end();
    ResilienceSettings resilience =
        new ResilienceSettings(
            RouteReader.enabled(root).orElse(true),
            ServerReader.deadline(root.section("deadline")),
            root.word("libraryRetries", ResilienceSettings.DEFAULT.libraryRetries()));
    Section logging = root.section("log");
    Log.Level log = logging.word("level", Log.Level.INFO);
    logging.end();
    root.end();
    return new Settings(
        enabled,
        service,
        telemetry,
        identity,
        inbound,
        resilience,
        destinations,
        new ReloadSettings(interval),
        log);
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

  private IdentitySettings identity(Section section) {
    section.notYet("workloadApi");
    if (section.isEmpty()) {
      return IdentitySettings.NONE;
    }
    String hint = "an identity is certificateChain, privateKey and trustBundle";
    IdentitySettings identity =
        section.has("workloadApi")
            ? IdentitySettings.NONE
            : new IdentitySettings.InFiles(
                files.of(section.requiredText("certificateChain", hint)),
                files.of(section.requiredText("privateKey", hint)),
                files.of(section.requiredText("trustBundle", hint)),
                trustDomain(section));
    section.end();
    return identity;
  }

  private static String trustDomain(Section section) {
    Optional<String> text = section.text("trustDomain");
    if (text.isPresent() && !text.get().matches("[a-z0-9._-]{1,255}")) {
      Value value = section.value("trustDomain").orElseThrow();
      value.problem(
          "must be a SPIFFE trust domain, but was " + value.shown(),
          "lower case, without spiffe:// and without a path: cluster.local");
      return "";
    }
    return text.orElse("");
  }
}

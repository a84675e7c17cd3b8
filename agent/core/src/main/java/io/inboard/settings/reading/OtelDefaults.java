// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.ServiceSettings;
import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.inboard.settings.TelemetrySettings.Otlp;
import io.inboard.settings.TelemetrySettings.Protocol;
import io.inboard.settings.TelemetrySettings.Sampler;
import io.inboard.settings.TelemetrySettings.Target;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What OTEL_* variables say, as OpenTelemetry's specification has it (configuration/
 * sdk-environment-variables and protocol/exporter): empty is unset, and a value that makes no sense
 * is ignored with a warning that does not repeat it where it may be a secret.
 *
 * @param warnings one line each
 */
record OtelDefaults(ServiceSettings service, TelemetrySettings telemetry, List<String> warnings) {

  static OtelDefaults from(Map<String, String> environment, String javaCommand) {
    Reading reading = new Reading(environment);
    return new OtelDefaults(
        reading.service(javaCommand), reading.telemetry(), List.copyOf(reading.warnings));
  }

  /** One pass over the variables; one thread. */
  private static final class Reading {
    private final Map<String, String> environment;
    private final List<String> warnings = new ArrayList<>();

    Reading(Map<String, String> environment) {
      this.environment = environment;
    }

    Optional<String> get(String name) {
      String value = environment.get(name);
      return value == null || value.isBlank() ? Optional.empty() : Optional.of(value.strip());
    }

    ServiceSettings service(String javaCommand) {
      Map<String, String> attributes =
          new LinkedHashMap<>(pairs("OTEL_RESOURCE_ATTRIBUTES").orElse(Map.of()));
      String fromAttributes = attributes.remove("service.name");
      String namespace = attributes.remove("service.namespace");
      String version = attributes.remove("service.version");
      String zone = attributes.remove("cloud.availability_zone");
      boolean attributesName = fromAttributes != null && !fromAttributes.isBlank();
      return new ServiceSettings(
          get("OTEL_SERVICE_NAME").orElse(attributesName ? fromAttributes : nameOf(javaCommand)),
          namespace == null ? "" : namespace,
          version == null ? "" : version,
          zone == null ? "" : zone,
          attributes);
    }

    TelemetrySettings telemetry() {
      boolean disabled = flag("OTEL_SDK_DISABLED");
      Exporter traces = exporter("OTEL_TRACES_EXPORTER");
      Exporter metrics = exporter("OTEL_METRICS_EXPORTER");
      Sampler sampler = sampler();
      return new TelemetrySettings(
          disabled ? Exporter.NONE : traces,
          disabled ? Exporter.NONE : metrics,
          sampler,
          ratio(sampler),
          propagators(),
          List.of(),
          new Otlp(target("TRACES", "v1/traces"), target("METRICS", "v1/metrics")));
    }

    private boolean flag(String name) {
      Optional<String> value = get(name);
      if (value.isPresent()
          && !value.get().equalsIgnoreCase("true")
          && !value.get().equalsIgnoreCase("false")) {
        ignored(name, "must be true or false");
      }
      return value.isPresent() && value.get().equalsIgnoreCase("true");
    }

    private Exporter exporter(String name) {
      List<String> words = list(name);
      if (words.contains("none")) {
        return Exporter.NONE;
      }
      for (String word : words) {
        if (!word.equals("otlp")) {
          ignored(name, "'" + word + "' is not supported; known: otlp, none");
        }
      }
      return Exporter.OTLP;
    }

    private Sampler sampler() {
      Optional<String> name = get("OTEL_TRACES_SAMPLER");
      if (name.isPresent()) {
        Sampler sampler = TelemetryReader.SAMPLERS.get(name.get().toLowerCase(Locale.ROOT));
        if (sampler != null) {
          return sampler;
        }
        ignored(
            "OTEL_TRACES_SAMPLER",
            "known: " + String.join(", ", TelemetryReader.SAMPLERS.keySet()));
      }
      return Sampler.PARENTBASED_ALWAYS_ON;
    }

    private double ratio(Sampler sampler) {
      Optional<String> argument = get("OTEL_TRACES_SAMPLER_ARG");
      if (argument.isPresent() && TelemetryReader.takesRatio(sampler)) {
        try {
          double ratio = Double.parseDouble(argument.get());
          if (ratio >= 0 && ratio <= 1) {
            return ratio;
          }
        } catch (NumberFormatException e) {
          // Said below.
        }
        ignored("OTEL_TRACES_SAMPLER_ARG", "must be a ratio from 0 to 1");
      }
      return 1;
    }

    private List<String> propagators() {
      List<String> known = new ArrayList<>();
      List<String> words = list("OTEL_PROPAGATORS");
      for (String word : words) {
        if (TelemetryReader.PROPAGATORS.containsKey(word)) {
          if (!known.contains(word)) {
            known.add(word);
          }
        } else if (!word.equals("none")) {
          ignored(
              "OTEL_PROPAGATORS",
              "'"
                  + word
                  + "' is not supported; known: "
                  + String.join(", ", TelemetryReader.PROPAGATORS.keySet()));
        }
      }
      if (words.contains("none")) {
        return List.of();
      }
      return known.isEmpty() ? List.of("tracecontext", "baggage") : known;
    }

    private Target target(String signal, String path) {
      Protocol protocol = protocol(signal);
      String certificate = "";
      for (String name : names(signal, "CERTIFICATE")) {
        certificate = certificate.isEmpty() ? get(name).orElse("") : certificate;
      }
      Optional<Map<String, String>> headers = Optional.empty();
      for (String name : names(signal, "HEADERS")) {
        headers = headers.isEmpty() ? pairs(name) : headers;
      }
      return new Target(
          protocol,
          endpoint(signal, path, protocol),
          headers.orElse(Map.of()),
          certificate,
          timeout(signal));
    }

    private Protocol protocol(String signal) {
      for (String name : names(signal, "PROTOCOL")) {
        Optional<String> value = get(name);
        if (value.isPresent()) {
          switch (value.get()) {
            case "grpc" -> {
              return Protocol.GRPC;
            }
            case "http/protobuf" -> {
              return Protocol.HTTP_PROTOBUF;
            }
            default -> ignored(name, "known: http/protobuf, grpc");
          }
        }
      }
      return Protocol.HTTP_PROTOBUF;
    }

    /**
     * A signal's own endpoint is used as it stands; to the common one HTTP adds the signal's path.
     */
    private String endpoint(String signal, String path, Protocol protocol) {
      String own = "OTEL_EXPORTER_OTLP_" + signal + "_ENDPOINT";
      Optional<URI> ownUri = uri(own);
      Optional<URI> uri = ownUri.isPresent() ? ownUri : uri("OTEL_EXPORTER_OTLP_ENDPOINT");
      if (protocol == Protocol.GRPC) {
        return uri.isPresent()
            ? uri.get().getScheme() + "://" + uri.get().getRawAuthority()
            : "http://localhost:4317";
      }
      if (uri.isEmpty()) {
        return "http://localhost:4318/" + path;
      }
      String text = uri.get().toString();
      if (ownUri.isPresent()) {
        return uri.get().getRawPath().isEmpty() && uri.get().getRawQuery() == null
            ? text + "/"
            : text;
      }
      // The path grows at its own end, which is not that of the text: a query may hold a token.
      int pathEnd = text.length();
      for (char mark : new char[] {'#', '?'}) {
        int at = text.indexOf(mark);
        pathEnd = at >= 0 && at < pathEnd ? at : pathEnd;
      }
      String before = text.substring(0, pathEnd);
      return before + (before.endsWith("/") ? "" : "/") + path + text.substring(pathEnd);
    }

    private Optional<URI> uri(String name) {
      Optional<String> value = get(name);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      try {
        URI uri = new URI(value.get());
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if ((scheme.equals("http") || scheme.equals("https")) && uri.getRawAuthority() != null) {
          return Optional.of(uri);
        }
      } catch (URISyntaxException e) {
        // Said below; the exception's text would repeat a password in the address.
      }
      ignored(name, "must be an http:// or https:// address");
      return Optional.empty();
    }

    private long timeout(String signal) {
      for (String name : names(signal, "TIMEOUT")) {
        Optional<String> value = get(name);
        if (value.isPresent()) {
          if (value.get().matches("[1-9][0-9]{0,8}")) {
            return Long.parseLong(value.get());
          }
          ignored(name, "must be a number of milliseconds");
        }
      }
      return 10_000;
    }

    private static List<String> names(String signal, String what) {
      return List.of("OTEL_EXPORTER_OTLP_" + signal + "_" + what, "OTEL_EXPORTER_OTLP_" + what);
    }

    private List<String> list(String name) {
      List<String> words = new ArrayList<>();
      for (String word : get(name).orElse("").split(",")) {
        if (!word.isBlank()) {
          words.add(word.strip());
        }
      }
      return words;
    }

    /** {@code k=v,k2=v2}, percent-encoded as in W3C baggage; empty if unset or not to be read. */
    private Optional<Map<String, String>> pairs(String name) {
      Optional<String> value = get(name);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      Map<String, String> pairs = new LinkedHashMap<>();
      for (String pair : value.get().split(",")) {
        if (pair.isBlank()) {
          continue;
        }
        int equals = pair.indexOf('=');
        Optional<String> key =
            equals < 1 ? Optional.empty() : decode(pair.substring(0, equals).strip());
        Optional<String> text =
            equals < 1 ? Optional.empty() : decode(pair.substring(equals + 1).strip());
        if (key.isEmpty() || key.get().isEmpty() || text.isEmpty()) {
          // The specification has the whole variable discarded.
          ignored(name, "must be key=value,key=value with percent-encoding");
          return Optional.empty();
        }
        pairs.put(key.get(), text.get());
      }
      return Optional.of(pairs);
    }

    private void ignored(String name, String why) {
      String warning = "the environment variable " + name + " is ignored: " + why;
      if (!warnings.contains(warning)) {
        warnings.add(warning);
      }
    }
  }

  /** Percent-decoding only ({@code +} stays); empty if malformed or not UTF-8. */
  static Optional<String> decode(String text) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] != '%') {
        out.put(in[i]);
        continue;
      }
      int high = i + 1 < in.length ? Character.digit((char) in[i + 1], 16) : -1;
      int low = i + 2 < in.length ? Character.digit((char) in[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        return Optional.empty();
      }
      out.put((byte) (high * 16 + low));
      i += 2;
    }
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /**
   * The main jar's name without {@code .jar}, or the main class's, from {@code sun.java.command}.
   */
  static String nameOf(String javaCommand) {
    String command = javaCommand.strip();
    int jar =
        command.indexOf(".jar ") >= 0
            ? command.indexOf(".jar ")
            : command.endsWith(".jar") ? command.length() - 4 : -1;
    int blank = command.indexOf(' ');
    String first = blank < 0 ? command : command.substring(0, blank);
    // A path of a jar may hold blanks; a class's name that is followed by an argument "x.jar" has
    // no slash.
    boolean isJar =
        jar >= 0 && (first.endsWith(".jar") || first.contains("/") || first.contains("\\"));
    String name = isJar ? command.substring(0, jar) : first;
    boolean module = !isJar && name.contains("/");
    int slash = Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\'));
    name = isJar || module ? name.substring(slash + 1) : name;
    return name.isEmpty() ? "unknown_service:java" : name;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.settings.ServiceSettings;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.resources.Resource;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** What all spans and metrics of this JVM say of their origin; only what is cheap to know. */
final class Resources {
  private Resources() {}

  static Resource of(ServiceSettings service) {
    AttributesBuilder attributes = Attributes.builder();
    put(attributes, "service.instance.id", instanceId());
    put(attributes, "telemetry.distro.name", "inboard");
    put(attributes, "host.name", hostName());
    put(attributes, "host.arch", System.getProperty("os.arch", ""));
    put(attributes, "os.type", osType());
    attributes.put("process.pid", ProcessHandle.current().pid());
    put(attributes, "process.runtime.name", System.getProperty("java.runtime.name", ""));
    put(attributes, "process.runtime.version", System.getProperty("java.runtime.version", ""));
    put(attributes, "process.runtime.description", System.getProperty("java.vm.name", ""));
    put(attributes, "cloud.availability_zone", service.zone());
    // Values that the user set win over those found here, the service's own keys over the general
    // ones.
    service.attributes().forEach((name, value) -> put(attributes, name, value));
    put(attributes, "service.name", service.name());
    put(attributes, "service.namespace", service.namespace());
    put(attributes, "service.version", service.version());
    return Resource.getDefault().merge(Resource.create(attributes.build()));
  }

  private static void put(AttributesBuilder attributes, String name, String value) {
    if (!value.isEmpty()) {
      attributes.put(name, value);
    }
  }

  /** A random UUID without SecureRandom, which may wait for entropy. */
  private static String instanceId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long high = (random.nextLong() & ~0xf000L) | 0x4000L;
    long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  /** Never by InetAddress.getLocalHost: that may ask DNS. */
  private static String hostName() {
    String name = System.getenv("HOSTNAME");
    if (name != null && !name.isEmpty()) {
      return name;
    }
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new FileInputStream("/proc/sys/kernel/hostname"), StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      return line == null ? "" : line.trim();
    } catch (IOException e) {
      String windows = System.getenv("COMPUTERNAME");
      return windows == null ? "" : windows;
    }
  }

  private static String osType() {
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return name.startsWith("windows")
        ? "windows"
        : name.startsWith("mac") ? "darwin" : name.startsWith("linux") ? "linux" : "";
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Counts what arrived; payments are written to a file too, which outlives a killed JVM. */
@Component
class Ledger {
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();
  private final String file;

  Ledger(@Value("${shop.ledger:}") String file) {
    this.file = file;
  }

  void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  synchronized void pay(String id) {
    count("pay");
    if (!file.isEmpty()) {
      try {
        Files.writeString(
            Path.of(file), id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Settings that come as values: what holds for texts holds for them. */
final class SettingsProviderTest {
  private static final String STRICT =
      "identity: {certificateChain: /c, privateKey: /k, trustBundle: /r}\n"
          + "inbound: {mtls: STRICT}\n";

  private final SettingsReader reader = new SettingsReader(Map.of(), "app.jar");
  private final List<Loaded> published = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private final Plane plane = new Plane();
  private final SettingsWatch watch =
      new SettingsWatch(
          plane,
          loaded -> {
            if (loaded.settings().service().name().equals("unbearable")) {
              throw new IllegalStateException("no");
            }
            published.add(loaded);
          },
          new SettingsWatch.Voice() {
            @Override
            public void info(String line) {
              said.add(line);
            }

            @Override
            public void warn(String line) {
              said.add("WARN " + line);
            }
          });

  /** A control plane, as far as a watch sees it. */
  private final class Plane implements SettingsProvider {
    private final Deque<Supplier<Given>> answers = new ArrayDeque<>();
    private Optional<Given.Fresh> before = Optional.empty();
    private Given.Fresh kept;

    /** Whether everything but {@link #next} is broken. */
    private boolean broken;

    /** Whether what must stand does; asked with the patience. */
    private boolean stands = true;

    private final List<Duration> patience = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();

    @Override
    public String name() {
      return "plane";
    }

    @Override
    public boolean mayChange() {
      return true;
    }

    @Override
    public Given first() {
      return answers.remove().get();
    }

    @Override
    public Optional<Given.Fresh> kept() {
      works();
      return before;
    }

    private void works() {
      if (broken) {
        throw new IllegalStateException("a bug");
      }
    }

    @Override
    public Given.Fresh instead() {
      works();
      return new Given.Fresh(reader.defaults().refusing(), "", Origin.REFUSING);
    }

    @Override
    public Duration pause(Duration interval) {
      return Duration.ZERO;
    }

    @Override
    public Given next() {
      return answers.remove().get();
    }

    @Override
    public boolean stands(Given.Fresh fresh, Duration wanted) {
      patience.add(wanted);
      watch.status().pending().ifPresent(pending::add);
      return stands;
    }

    @Override
    public void judged(Given.Fresh fresh, boolean inForce) {
      kept = inForce ? fresh : kept;
    }

    @Override
    public void keep() throws IOException {
      works();
      if (kept != null && kept.content().equals("unkept")) {
        throw new IOException("the disk is full");
      }
    }

    @Override
    public void forget() {
      works();
    }

    @Override
    public List<String> warnings() {
      works();
      return List.of();
    }
  }

  private SettingsProvider.Given.Fresh fresh(String version, String yaml) {
    try {
      return new SettingsProvider.Given.Fresh(
          reader.read(yaml, "test.yaml"), version, Origin.SOURCE);
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  private Loaded load(SettingsProvider.Given first) {
    plane.answers.add(() -> first);
    return watch.load();
  }

  private void poll(Supplier<SettingsProvider.Given> next) throws InterruptedException {
    plane.answers.add(next);
    watch.poll();
  }

  @Test
  void aValueComesIntoForceWithAVersionAndALine() throws Exception {
    Loaded first = load(fresh("1", "service: {name: a}"));
    assertThat(first.source()).isEqualTo("plane");
    assertThat(first.origin()).isEqualTo(Origin.SOURCE);
    poll(() -> fresh("2", "service: {name: b}"));
    assertThat(published)
        .singleElement()
        .satisfies(l -> assertThat(l.settings().service().name()).isEqualTo("b"));
    assertThat(watch.status().reloads()).isEqualTo(1);
    assertThat(watch.status().version()).isNotEqualTo(first.version());
    assertThat(said)
        .singleElement()
        .asString()
        .startsWith("settings plane: version ")
        .contains(first.version(), "service");
    poll(SettingsProvider.Given.Nothing::new);
    assertThat(published).hasSize(1);
    assertThat(plane.kept.content()).isEqualTo("2");
  }

  @Test
  void aProblemKeepsTheLastGoodValueAndIsSaidOnce() throws Exception {
    load(fresh("1", "service: {name: a}"));
    for (int i = 0; i < 3; i++) {
      poll(() -> new SettingsProvider.Given.Problem("plane: a cluster without a name"));
    }
    assertThat(published).isEmpty();
    assertThat(said)
        .singleElement()
        .asString()
        .startsWith("WARN settings plane: a cluster without a name; version ")
        .contains("stays in force");
    assertThat(watch.status().lastError()).contains("plane: a cluster without a name");
    poll(SettingsProvider.Given.InForce::new);
    assertThat(watch.status().lastError()).isEmpty();
    assertThat(said.get(1)).contains("read again");
  }

  @Test
  void whatAProviderThrowsKeepsTheLastGoodValue() throws Exception {
    load(fresh("1", "service: {name: a}"));
    poll(
        () -> {
          throw new IllegalStateException("a bug");
        });
    assertThat(watch.status().lastError().orElseThrow()).contains("IllegalStateException");
    poll(() -> fresh("2", "service: {name: b}"));
    assertThat(published).hasSize(1);
    assertThat(watch.status().lastError()).isEmpty();
  }

  @Test
  void aProviderThatIsBrokenAltogetherLetsNobodyIn() throws Exception {
    plane.broken = true;
    plane.answers.add(
        () -> {
          throw new IllegalStateException("a bug");
        });
    Loaded first = watch.load();
    assertThat(first.origin()).isEqualTo(Origin.REFUSING);
    assertThat(first.settings().inbound()).isEqualTo(reader.defaults().refusing().inbound());
    assertThat(watch.status().lastError().orElseThrow()).contains("IllegalStateException");
    poll(() -> fresh("1", "service: {name: a}"));
    assertThat(published).as("until it gives some").hasSize(1);
  }

  @Test
  void whatIsWrongBesideGoodSettingsTakesNothingFromThem() {
    plane.broken = true;
    Loaded first = load(fresh("1", "service: {name: a}"));
    assertThat(first.origin()).isEqualTo(Origin.SOURCE);
    assertThat(watch.status().lastError()).isEmpty();
  }

  @Test
  void whatGivesSecurityUpMustStandForFiveSeconds() throws Exception {
    load(fresh("1", STRICT));
    plane.stands = false;
    poll(() -> fresh("2", "service: {name: b}"));
    assertThat(plane.patience).containsExactly(Duration.ofSeconds(5));
    assertThat(plane.pending).singleElement().asString().contains("drops", "5s");
    assertThat(published).isEmpty();
    assertThat(watch.status().pending()).isEmpty();
    plane.stands = true;
    poll(() -> fresh("2", "service: {name: b}"));
    assertThat(published).hasSize(1);
    assertThat(said.get(said.size() - 1)).startsWith("WARN ").contains("it drops");
  }

  @Test
  void withoutAFirstValueTheKeptOneHoldsElseWhatIsSafe() {
    plane.before =
        Optional.of(
            new SettingsProvider.Given.Fresh(fresh("0", STRICT).settings(), "0", Origin.DISK_COPY));
    Loaded kept = load(new SettingsProvider.Given.Problem("plane: is away"));
    assertThat(kept.origin()).isEqualTo(Origin.DISK_COPY);
    assertThat(kept.settings().inbound().anyStrict()).isTrue();
    plane.before = Optional.empty();
    Loaded nothing = load(new SettingsProvider.Given.Problem("plane: is away"));
    assertThat(nothing.origin()).isEqualTo(Origin.REFUSING);
    assertThat(watch.status().lastError()).contains("plane: is away");
  }

  @Test
  void aValueThatCannotBePutInForceLeavesTheOneBefore() throws Exception {
    load(fresh("1", "service: {name: a}"));
    poll(() -> fresh("2", "service: {name: unbearable}"));
    assertThat(watch.status().lastError().orElseThrow()).contains("could not be put in force");
    assertThat(plane.kept.content()).isEqualTo("1");
  }

  @Test
  void whatCannotBeKeptIsSaidOnceAndInForceAllTheSame() throws Exception {
    load(fresh("1", "service: {name: a}"));
    poll(() -> fresh("unkept", "service: {name: b}"));
    assertThat(published).hasSize(1);
    poll(SettingsProvider.Given.Nothing::new);
    assertThat(said).filteredOn(line -> line.contains("the disk is full")).hasSize(1);
  }
}

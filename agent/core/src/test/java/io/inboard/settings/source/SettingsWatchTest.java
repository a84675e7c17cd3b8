// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is watched. */
class SettingsWatchTest {
  @TempDir private Path directory;

  private final List<Loaded> published = new CopyOnWriteArrayList<>();
  private final List<String> said = new CopyOnWriteArrayList<>();

  /** What happens between the two readings of a changed file. */
  private Writer whileItSettles = () -> {};

  @Test
  void aChangePublishesANewVersion() throws Exception {
    Path file = write("service: {name: a}");
    SettingsWatch watch = watch(file);
    Loaded first = watch.load();
    assertThat(first.settings().service().name()).isEqualTo("a");
    assertThat(first.origin()).isEqualTo(Origin.SOURCE);

    watch.poll();
    assertThat(published).isEmpty();

    write("service: {name: b}");
    watch.poll();
    assertThat(published).singleElement().satisfies(l -> assertThat(name(l)).isEqualTo("b"));
    assertThat(published.get(0).version()).isNotEqualTo(first.version());
    assertThat(watch.status().version()).isEqualTo(published.get(0).version());
    assertThat(watch.status().reloads()).isEqualTo(1);
    watch.poll();
    assertThat(published).hasSize(1);
  }

  @Test
  void badSettingsNeverReplaceGoodOnesAndAreSaidOnceAndTheirMendingIsSaid() throws Exception {
    Path file = write("service: {name: a}");
    SettingsWatch watch = watch(file);
    watch.load();

    write("servce: {name: b}");
    watch.poll();
    watch.poll();
    watch.poll();

    assertThat(published).isEmpty();
    assertThat(said)
        .singleElement()
        .asString()
        .startsWith("WARN settings " + file + ":1:1 servce: is an unknown key")
        .contains("stays in force");
    assertThat(watch.status().lastError()).isPresent();
    assertThat(watch.status().failures()).isEqualTo(1);

    write("service: {name: a}");
    watch.poll();
    assertThat(watch.status().lastError()).isEmpty();
    assertThat(said).hasSize(2);
    assertThat(said.get(1)).contains("read again");
    assertThat(published).as("nothing has changed").isEmpty();
  }

  @Test
  void aFileThatIsTakenAwayLeavesItsSettingsInForce() throws Exception {
    Path file = write("service: {name: a}");
    SettingsWatch watch = watch(file);
    watch.load();

    Files.delete(file);
    watch.poll();
    watch.poll();
    assertThat(said).singleElement().asString().contains("there is no such file");

    write("service: {name: b}");
    watch.poll();
    assertThat(published).singleElement().satisfies(l -> assertThat(name(l)).isEqualTo("b"));
    assertThat(watch.status().lastError()).isEmpty();
  }

  @Test
  void aMissingFileStartsWithDefaultsAndIsReadWhenItComes() throws Exception {
    SettingsWatch watch = watch(directory.resolve("inboard.yaml"));
    Loaded first = watch.load();

    assertThat(first.origin()).isEqualTo(Origin.DEFAULTS);
    assertThat(said).singleElement().asString().contains("there is no such file", "the defaults");

    write("service: {name: b}");
    watch.poll();
    assertThat(published).hasSize(1);
    assertThat(watch.status().origin()).isEqualTo(Origin.SOURCE);
  }

  @Test
  void aDirectoryIsSaidAsSuch() {
    SettingsWatch watch = watch(directory);

    assertThat(watch.load().origin()).isEqualTo(Origin.DEFAULTS);
    assertThat(said).singleElement().asString().contains(directory + ": is a directory");
  }

  @Test
  void aFileThatChangesWhileItIsReadCountsOnlyWhenItHasSettled() throws Exception {
    Path file = write("service: {name: a}\ndestinations: [{host: a}]\n");
    SettingsWatch watch = watch(file);
    watch.load();

    write("service: {name: b}\n");
    whileItSettles = () -> write("service: {name: b}\ndestinations: [{host: b}]\n");
    watch.poll();
    assertThat(published).isEmpty();
    whileItSettles = () -> {};
    watch.poll();

    assertThat(published)
        .as("half of the file is never in force")
        .allSatisfy(l -> assertThat(l.settings().destinations()).hasSize(1));
    assertThat(published).hasSize(1);
  }

  @Test
  void kubernetesSwapOfASymbolicLinkIsAChange() throws Exception {
    for (String generation : List.of("..1", "..2")) {
      Files.createDirectory(directory.resolve(generation));
      Path file = directory.resolve(generation).resolve("inboard.yaml");
      Files.writeString(file, "service: {name: '" + generation + "'}");
      // Equal age and length: the hardest case.
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    }
    Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(directory.resolve("inboard.yaml"), Path.of("..data/inboard.yaml"));
    SettingsWatch watch = watch(directory.resolve("inboard.yaml"));
    assertThat(watch.load().settings().service().name()).isEqualTo("..1");

    Files.createSymbolicLink(directory.resolve("..tmp"), Path.of("..2"));
    Files.move(
        directory.resolve("..tmp"), directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    watch.poll();

    assertThat(published).singleElement().satisfies(l -> assertThat(name(l)).isEqualTo("..2"));
  }

  @Test
  void settingsThatTheMeshCannotTakeLeaveTheOldOnesInForce() throws Exception {
    Path file = write("service: {name: a}");
    SettingsWatch watch =
        new SettingsWatch(
            new FileSource(file.toFile(), file.toString()),
            new SettingsReader(Map.of(), ""),
            Optional.empty(),
            l -> {
              throw new IllegalStateException("no");
            },
            voice(),
            millis -> {});
    watch.load();
    write("service: {name: b}");
    watch.poll();
    watch.poll();

    assertThat(watch.status().lastError()).get().asString().contains("could not be put in force");
    assertThat(watch.status().failures()).isEqualTo(1);
    assertThat(watch.status().reloads()).isZero();
  }

  @Test
  void aThousandReloadsAlwaysShowACompleteVersion() throws Exception {
    Path file = write(version(0));
    AtomicReference<Settings> inForce = new AtomicReference<>();
    SettingsWatch watch =
        new SettingsWatch(
            new FileSource(file.toFile(), "inboard.yaml"),
            new SettingsReader(Map.of(), ""),
            Optional.empty(),
            loaded -> inForce.set(loaded.settings()),
            voice(),
            millis -> {});
    inForce.set(watch.load().settings());
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    List<String> wrong = new CopyOnWriteArrayList<>();
    Thread application =
        new Thread(
            () -> {
              while (!done.get()) {
                Settings settings = inForce.get();
                int n = Integer.parseInt(settings.service().name());
                if (settings.destinations().size() != n % 7
                    || settings.destinations().stream().anyMatch(d -> d.listed().size() != 2)) {
                  wrong.add(settings.toString());
                }
                reads.incrementAndGet();
              }
            });
    application.start();
    int threads = Thread.activeCount();
    for (int i = 1; i <= 1000; i++) {
      Path next = Files.writeString(directory.resolve("next"), version(i));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      watch.poll();
    }
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
    done.set(true);
    application.join();

    assertThat(wrong).isEmpty();
    assertThat(reads.get()).isPositive();
    assertThat(inForce.get().service().name()).isEqualTo("1000");
    assertThat(watch.status().reloads()).isEqualTo(1000);
    assertThat(watch.status().failures()).isZero();
  }

  @Test
  void theThreadIsADaemonWithOurNameAndPutsAChangeInForceByItself() throws Exception {
    Path file = write("reload: {interval: 100ms}\nservice: {name: a}");
    CountDownLatch changed = new CountDownLatch(1);
    SettingsWatch watch =
        SettingsWatch.of(
            SettingsSource.of(file.toString(), new File(".")),
            new SettingsReader(Map.of(), ""),
            Map.of(),
            l -> {
              published.add(l);
              said.add(Thread.currentThread().getName() + Thread.currentThread().isDaemon());
              changed.countDown();
            },
            voice());
    watch.load();
    watch.start();
    write("service: {name: b}");

    assertThat(changed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(said).contains("inboard-settingstrue");
    watch.close();
  }

  @Test
  void whatCouldNotBeKeptIsTriedAgain() throws Exception {
    Path file = write("service: {name: a}");
    Path directoryOfCopy = Files.writeString(directory.resolve("kept"), "in the way");
    DiskCopy copy = DiskCopy.in(directoryOfCopy, "file");
    SettingsWatch watch =
        new SettingsWatch(
            new FileSource(file.toFile(), file.toString()),
            new SettingsReader(Map.of(), ""),
            Optional.of(copy),
            published::add,
            voice(),
            millis -> {});
    watch.load();
    watch.poll();
    assertThat(said).singleElement().asString().contains("cannot be kept on disk");
    Files.delete(directoryOfCopy);
    watch.poll();
    assertThat(copy.load()).contains("service: {name: a}");
  }

  @Test
  void theFirstGivenSourceWins() throws Exception {
    File here = directory.toFile();
    Map<String, String> environment = Map.of("INBOARD_CONFIG", "/from/environment.yaml");

    assertThat(SettingsSource.find("/arg.yaml", p -> "/p.yaml", environment, here).name())
        .isEqualTo("/arg.yaml");
    assertThat(SettingsSource.find(null, p -> "/p.yaml", environment, here).name())
        .isEqualTo("/p.yaml");
    assertThat(SettingsSource.find("", p -> null, environment, here).name())
        .isEqualTo("/from/environment.yaml");
    assertThat(SettingsSource.find(null, p -> null, Map.of(), here).name()).isEqualTo("none");
    write("service: {name: a}");
    SettingsSource usual = SettingsSource.find(null, p -> null, Map.of(), here);
    assertThat(usual.name()).isEqualTo("./inboard.yaml");
    assertThat(
            new SettingsReader(Map.of(), "")
                .read(SettingsSource.text(usual), usual.name())
                .service()
                .name())
        .isEqualTo("a");
  }

  @Test
  void pathsAndFileUrlsAreTheSame() throws Exception {
    Path file = write("service: {name: a}");
    SettingsReader reader = new SettingsReader(Map.of(), "");
    List<String> ways =
        new ArrayList<>(
            List.of(file.toString(), "file:" + file, "file://" + file, "file:inboard.yaml"));
    ways.add("inboard.yaml");
    for (String way : ways) {
      SettingsSource source = SettingsSource.of(way, directory.toFile());
      assertThat(reader.read(SettingsSource.text(source), source.name()).service().name())
          .as(way)
          .isEqualTo("a");
    }
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws Exception {
    Path file = directory.resolve("inboard.yaml");
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff});

    assertThat(watch(file).load().origin()).isEqualTo(Origin.REFUSING);
    assertThat(said).singleElement().asString().contains("is not UTF-8");
  }

  @Test
  void fiftyMegabytesAreRefusedUnread() throws Exception {
    Path file = directory.resolve("inboard.yaml");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(50L << 20);
    }

    assertThat(watch(file).load().origin()).isEqualTo(Origin.DEFAULTS);
    assertThat(said).singleElement().asString().contains("larger than 16 MiB");
  }

  private static String version(int n) {
    StringBuilder text = new StringBuilder("service: {name: '" + n + "'}\ndestinations:\n");
    for (int i = 0; i < n % 7; i++) {
      text.append("  - {host: h" + i + ", endpoints: ['a:1', 'b:2']}\n");
    }
    return n % 7 == 0 ? text + "  []\n" : text.toString();
  }

  private static String name(Loaded loaded) {
    return loaded.settings().service().name();
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("inboard.yaml"), text);
  }

  private SettingsWatch watch(Path file) {
    return new SettingsWatch(
        new FileSource(file.toFile(), file.toString()),
        new SettingsReader(Map.of(), ""),
        Optional.empty(),
        published::add,
        voice(),
        millis -> {
          try {
            whileItSettles.write();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Somebody who writes the file. */
  private interface Writer {
    void write() throws IOException;
  }

  private SettingsWatch.Voice voice() {
    return new SettingsWatch.Voice() {
      @Override
      public void info(String line) {
        said.add(line);
      }

      @Override
      public void warn(String line) {
        said.add("WARN " + line);
      }
    };
  }
}

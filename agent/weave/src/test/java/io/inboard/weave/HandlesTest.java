// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import static io.inboard.weave.Member.constructor;
import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is declared once is both a witness and a handle. */
final class HandlesTest {
  private static final String HIDDEN = Hidden.class.getName();

  /** Initialized by nothing but a handle that is used. */
  static boolean initialized;

  private final Handles handles = Handles.by(MethodHandles.lookup());
  private final Handles.Owner hidden = handles.in(HIDDEN);

  @Test
  void aMemberIsAWitnessUnlessItIsOptional() {
    hidden.reach(field("name", "java.lang.String"));
    hidden.reach(method("join", 2));
    hidden.reach(method("sinceSome").whereItExists());
    Handles.Owner perhaps = handles.inIfThere("nowhere.Perhaps");
    perhaps.reach(field("any"));
    Unit unit = Unit.named("u").relyingOn(handles).build();
    assertThat(unit.witnesses())
        .containsExactly(
            new Unit.Witness(
                HIDDEN, List.of(field("name", "java.lang.String"), method("join", 2))));
    assertThat(misfit(unit)).isEmpty();
  }

  @Test
  void whatOnlySomeVersionsHaveMustFitWhereItIs() {
    handles.inVersionsWith("nowhere.Perhaps").reach(field("any"));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build())).isEmpty();
    handles.inVersionsWith(HIDDEN).reach(field("any"));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build()))
        .isEqualTo("field " + HIDDEN + ".any is missing");
  }

  @Test
  void ofAClassThatHasAnotherNameInEachLineTheOneThatIsThereIsReached() {
    Handles.Owner either = handles.inOneOf("nowhere.Perhaps", HIDDEN);
    either.reach(method("join", 2));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build())).isEmpty();
    assertThat(either.isInstance(new Hidden("a"))).isTrue();
    either.reach(field("any"));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build()))
        .isEqualTo("field " + HIDDEN + ".any is missing");
  }

  @Test
  void ofALineOfTheLibraryNothingIsAskedInAnotherLine() {
    handles.inLineWith("nowhere.Mark", HIDDEN).reach(field("any"));
    handles.inLineWith("nowhere.Mark", "nowhere.Perhaps").reach(field("any"));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build())).isEmpty();
    handles.inLineWith(Shape.class.getName(), HIDDEN).reach(field("any"));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build()))
        .isEqualTo("field " + HIDDEN + ".any is missing");
  }

  @Test
  void aClassOfALineMustBeInThatLine() {
    handles.inLineWith(HIDDEN, "nowhere.Perhaps").reach(field("any"));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build()))
        .isEqualTo("class nowhere.Perhaps is missing");
  }

  @Test
  void aFieldOfAnotherTypeIsAMisfit() {
    hidden.reach(field("count", "long"));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build()))
        .isEqualTo("field " + HIDDEN + ".count must be long, but was int");
  }

  /** It is called, so it needs no body of its own; a hook does. */
  @Test
  void anAbstractMethodIsAWitnessButNotToBeWoven() {
    Handles.Owner shape = handles.in(Shape.class.getName());
    Handles.Method corners = shape.reach(method("corners", 0));
    assertThat(misfit(Unit.named("u").relyingOn(handles).build())).isEmpty();
    assertThat(corners.call(new Triangle())).isEqualTo(3);
    Unit woven =
        Unit.named("u").weave(Shape.class.getName(), method("corners", 0), Object.class).build();
    assertThat(misfit(woven)).contains("corners: expected 1, found 0");
  }

  @Test
  void aConstructorMayTakeSixValues() {
    Handles.Method make = handles.in(Six.class.getName()).reach(constructor());
    assertThat(make.call(1, "b", null, 'd', 5L, true))
        .isEqualTo(new Six(1, "b", null, 'd', 5L, true));
  }

  @Test
  void fieldsAreReadAndWritten() {
    Hidden object = new Hidden("a");
    Handles.Field name = hidden.reach(field("name"));
    Handles.Field count = hidden.reach(field("count", "int"));
    Handles.Field made = hidden.reach(field("made"));
    assertThat(name.get(object)).isEqualTo("a");
    name.set(object, "b");
    count.set(object, 7);
    assertThat(object.join("!", 1)).isEqualTo("b!7");
    assertThat(count.get(object)).isEqualTo(7);
    made.set(null, 5);
    assertThat(made.get(null)).isEqualTo(5);
    assertThatThrownBy(() -> name.get("no Hidden")).isInstanceOf(ClassCastException.class);
  }

  @Test
  void methodsAreToldApartAndThrowWhatTheyThrow() {
    Hidden object = new Hidden("a");
    assertThat(hidden.reach(method("join", String.class, int.class)).call(object, "-", 2))
        .isEqualTo("a-0");
    assertThat(hidden.reach(method("join", "[Ljava.lang.String;")).call((Object) strings("x", "y")))
        .isEqualTo("xy");
    Object made = hidden.reach(constructor()).call("made");
    assertThat(hidden.isInstance(made)).isTrue();
    assertThat(hidden.isInstance("no Hidden")).isFalse();
    Handles.Method fails = hidden.reach(method("fails"));
    assertThat(fails.arity()).isEqualTo(1);
    assertThatThrownBy(() -> fails.call(object)).isInstanceOf(IOException.class);
  }

  @Test
  void whatIsOptionalTellsWhetherItIsThere() {
    assertThat(hidden.reach(method("join", 2).whereItExists()).isThere()).isTrue();
    assertThat(hidden.reach(method("since27").whereItExists()).isThere()).isFalse();
    assertThat(handles.inIfThere("nowhere.Perhaps").reach(method("any")).isThere()).isFalse();
    assertThatThrownBy(() -> hidden.reach(field("gone")).get(new Hidden("a")))
        .isInstanceOf(LinkageError.class)
        .hasMessageContaining("gone");
  }

  @Test
  void whatIsPublicIsReachedInAPackageThatIsNotOpened() {
    assertThat(handles.in("java.lang.Thread").reach(method("getName")).call(Thread.currentThread()))
        .isEqualTo(Thread.currentThread().getName());
  }

  @Test
  void nothingIsLookedUpBeforeItsFirstUse() {
    Handles.Field field = handles.in(Late.class.getName()).reach(field("value"));
    Unit.named("u").relyingOn(handles).build();
    assertThat(initialized).isFalse();
    assertThat(field.get(null)).isEqualTo(3);
    assertThat(initialized).isTrue();
  }

  private static String misfit(Unit unit) {
    String name = Hidden.class.getName().replace('.', '/');
    ClassLoader loader = Hidden.class.getClassLoader();
    return new Fitting(new ClassFiles(loader, name, ClassFiles.read(loader, name))).misfit(unit);
  }

  private static String[] strings(String... values) {
    return values;
  }

  /** Stands for a class that is not public. */
  private static final class Hidden {
    private static int made;

    private String name;
    private int count;

    private Hidden(String name) {
      this.name = name;
      made++;
    }

    private String join(String with, int ignored) {
      return name + with + count;
    }

    private static String join(String... all) {
      return String.join("", all);
    }

    private void fails() throws IOException {
      throw new NoSuchFileException(name + made);
    }
  }

  private abstract static class Shape {
    abstract int corners();
  }

  private static final class Triangle extends Shape {
    @Override
    int corners() {
      return 3;
    }
  }

  private record Six(int a, String b, Object c, char d, long e, boolean f) {}

  /** Says when it is initialized. */
  private static final class Late {
    private static int value = 3;

    static {
      initialized = true;
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The hooks of one library: woven together, for one class loader, or not at all.
 *
 * @param name as in {@code status}
 * @param witnesses what the hooks rely on beyond the methods they weave
 * @param hooks what is woven
 * @param guards what is woven instead when the hooks do not fit
 * @param openings packages that the advice reaches into
 * @param sockets classes by which the library opens ports and connections: those it opens are known
 * @param main a class of the library without which it is not there, though another one brings some
 *     of the hooked classes; empty: each hooked class is its own
 */
public record Unit(
    String name,
    List<Witness> witnesses,
    List<Hook> hooks,
    List<Hook> guards,
    List<Opening> openings,
    Set<String> sockets,
    String main) {
  public Unit {
    Objects.requireNonNull(main);
    Objects.requireNonNull(name);
    witnesses = List.copyOf(witnesses);
    hooks = List.copyOf(hooks);
    guards = List.copyOf(guards);
    openings = List.copyOf(openings);
    sockets = Set.copyOf(sockets);
  }

  /** One whose library opens no sockets. */
  public Unit(
      String name,
      List<Witness> witnesses,
      List<Hook> hooks,
      List<Hook> guards,
      List<Opening> openings) {
    this(name, witnesses, hooks, guards, openings, Set.of(), "");
  }

  /** The classes that it wants to see, each once. */
  Set<String> classNames() {
    Set<String> names = new LinkedHashSet<>();
    hooks.forEach(hook -> names.addAll(hook.classNames()));
    guards.forEach(hook -> names.addAll(hook.classNames()));
    return names;
  }

  /** The names of its advice classes. */
  Set<String> advices() {
    Set<String> names = new LinkedHashSet<>();
    hooks.forEach(hook -> names.add(hook.advice()));
    guards.forEach(hook -> names.add(hook.advice()));
    return names;
  }

  /** Begins a unit. */
  public static Builder named(String name) {
    return new Builder(name);
  }

  /**
   * A class with these members; where it has others, the unit is left out.
   *
   * @param className as {@code Class.getName} says it
   * @param required whether the class must exist; else only its members must, where it does
   * @param besides another class, without which it is another line of the library, where nothing is
   *     asked of this one; empty: asked of all
   */
  public record Witness(String className, List<Member> members, boolean required, String besides) {
    public Witness {
      members = List.copyOf(members);
      Objects.requireNonNull(besides);
    }

    /** Of a class that must exist. */
    public Witness(String className, List<Member> members) {
      this(className, members, true, "");
    }
  }

  /**
   * One advice on the methods of one class.
   *
   * @param classNames the class; where versions differ, the names that it may have (one must exist)
   * @param method which of its methods; as many as it expects must match
   * @param advice the advice class's name
   * @param kind how it is woven
   */
  public record Hook(List<String> classNames, Member.Method method, String advice, Kind kind) {
    public Hook {
      classNames = List.copyOf(classNames);
    }
  }

  /** How an advice meets its method. */
  public enum Kind {
    /** {@link Advice.OnMethodEnter} and {@link Advice.OnMethodExit} around the method. */
    AROUND,
    /**
     * Inside the method, {@code new X(..)} becomes a call of the advice's static method {@code
     * construct}, whose return type is X. Its parameters are the constructor's, each annotated with
     * {@link Advice.Argument}, then perhaps {@link Advice.This}. A null result would break the
     * method, so {@code construct} needs a Throwable variant that makes the plain X.
     */
    CONSTRUCTION
  }

  /** A package of a JDK module whose non-public members the advice reaches. */
  public record Opening(String module, String packageName) {}

  /** Collects a unit. Name the hooks in the order in which a request meets them. */
  public static final class Builder {
    private final String name;
    private final List<Witness> witnesses = new ArrayList<>();
    private final List<Hook> hooks = new ArrayList<>();
    private final List<Hook> guards = new ArrayList<>();
    private final List<Opening> openings = new ArrayList<>();
    private final Set<String> sockets = new LinkedHashSet<>();
    private String main = "";

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Names a class without which the library is not there: where a class loader has none, but some
     * of the hooked classes, nothing is woven, and nothing is said.
     */
    public Builder whereThereIs(String className) {
      main = className;
      return this;
    }

    /** The unit needs this class with these members, in every version that it is woven into. */
    public Builder relyingOn(String className, Member... members) {
      witnesses.add(new Witness(className, Arrays.asList(members)));
      return this;
    }

    /** The unit needs what the adapter reaches by these, but for what is optional there. */
    public Builder relyingOn(Handles handles) {
      witnesses.addAll(handles.witnesses());
      return this;
    }

    /**
     * Opens packages of a JDK module to the advice; where the module is missing, so is the library.
     */
    public Builder opening(String module, String... packages) {
      for (String p : packages) {
        openings.add(new Opening(module, p));
      }
      return this;
    }

    /** Weaves the advice around a method. */
    public Builder weave(String className, Member.Method method, Class<?> advice) {
      return weave(className, method, advice.getName());
    }

    /**
     * The same, of an advice by its name: what the build makes of a class that only lends its name
     * here, and would be loaded for it.
     */
    public Builder weave(String className, Member.Method method, String advice) {
      return weave(List.of(className), method, advice);
    }

    /** Weaves the advice around a method of a class whose name differs between versions. */
    public Builder weave(List<String> classNames, Member.Method method, Class<?> advice) {
      return weave(classNames, method, advice.getName());
    }

    /** The same, of an advice by its name. */
    public Builder weave(List<String> classNames, Member.Method method, String advice) {
      hooks.add(new Hook(classNames, method, advice, Kind.AROUND));
      return this;
    }

    /** Replaces a construction inside a method; see {@link Kind#CONSTRUCTION}. */
    public Builder weaveConstruction(String className, Member.Method method, Class<?> advice) {
      return weaveConstruction(className, method, advice.getName());
    }

    /** The same, of an advice by its name. */
    public Builder weaveConstruction(String className, Member.Method method, String advice) {
      hooks.add(new Hook(List.of(className), method, advice, Kind.CONSTRUCTION));
      return this;
    }

    /**
     * What is woven when the hooks above do not fit: a server whose TLS hook is left out must not
     * serve plaintext where STRICT is asked for. Woven around a method that every version has.
     */
    public Builder otherwise(String className, Member.Method method, Class<?> advice) {
      return otherwise(className, method, advice.getName());
    }

    /** The same, of an advice by its name. */
    public Builder otherwise(String className, Member.Method method, String advice) {
      guards.add(new Hook(List.of(className), method, advice, Kind.AROUND));
      return this;
    }

    /**
     * Names the classes that bind or connect for the library: the first ones on the stack above the
     * JDK's own, be they its own or a container's. Where these hooks fit, the mesh takes care of
     * what such a class opens.
     */
    public Builder openingSockets(String... classNames) {
      sockets.addAll(Arrays.asList(classNames));
      return this;
    }

    /** The unit, complete. */
    public Unit build() {
      return new Unit(name, witnesses, hooks, guards, openings, sockets, main);
    }
  }
}

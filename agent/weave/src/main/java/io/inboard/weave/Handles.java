// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/**
 * What an adapter reaches in classes of its library that are not public. Each member is declared
 * once, as data, and serves twice: as a witness of the unit ({@link
 * Unit.Builder#relyingOn(Handles)}), and as a handle, which is looked up at its first use.
 *
 * <p>Declared in constants of a class that refers to no class of the library: it is loaded together
 * with the unit, while the JVM is in the middle of loading one. Safe for use by any thread.
 *
 * <p>A member costs a request what its own code in the library would: the JIT compiles it as a
 * constant where it is held by a static final field. It trusts the final fields of records
 * (JDK-8247444), and the target of a call site that is a constant
 * (java.lang.invoke.MutableCallSite), though the handle is not known before its first use.
 * Therefore {@link Field} and {@link Method} are records, and hold their handles in call sites.
 */
public final class Handles {
  private final Lookup adapter;
  private final List<Owner> owners = new ArrayList<>();

  private Handles(Lookup adapter) {
    this.adapter = adapter;
  }

  /**
   * Begins the declarations of one module.
   *
   * @param adapter of a class of that module, to which the unit opens the library's packages
   */
  public static Handles by(Lookup adapter) {
    return new Handles(adapter);
  }

  /** A class that every version has which the unit is woven into; by {@code Class.getName}. */
  public Owner in(String className) {
    return add(new Owner(adapter, List.of(className), Presence.ALWAYS, ""));
  }

  /**
   * A class whose name differs between lines of the library: the first of these that is there. What
   * is reached of it is a witness in each line.
   */
  public Owner inOneOf(String... classNames) {
    return add(new Owner(adapter, List.of(classNames), Presence.IN_SOME_VERSIONS, ""));
  }

  /**
   * A class that only some versions have: where it is, what is reached of it is a witness. Which
   * version it is must be known before a member of it is used.
   */
  public Owner inVersionsWith(String className) {
    return add(new Owner(adapter, List.of(className), Presence.IN_SOME_VERSIONS, ""));
  }

  /**
   * A class of one line of the library, whose members are others in another line.
   *
   * @param besides a class that only this line has
   */
  public Owner inLineWith(String besides, String className) {
    return add(new Owner(adapter, List.of(className), Presence.ALWAYS, besides));
  }

  /** A class that the adapter can do without: nothing of it is a witness. */
  public Owner inIfThere(String className) {
    return add(new Owner(adapter, List.of(className), Presence.OPTIONAL, ""));
  }

  private Owner add(Owner owner) {
    owners.add(owner);
    return owner;
  }

  /** What was declared so far and is not optional. */
  List<Unit.Witness> witnesses() {
    List<Unit.Witness> witnesses = new ArrayList<>();
    for (Owner owner : owners) {
      if (owner.presence != Presence.OPTIONAL) {
        boolean required = owner.presence == Presence.ALWAYS;
        for (String className : owner.classNames) {
          witnesses.add(new Unit.Witness(className, owner.members, required, owner.besides));
        }
      }
    }
    return witnesses;
  }

  private enum Presence {
    ALWAYS,
    IN_SOME_VERSIONS,
    OPTIONAL
  }

  /** A class with the members that are reached. */
  public static final class Owner {
    private final Lookup adapter;
    private final List<String> classNames;
    private final Presence presence;
    private final String besides;
    private final List<Member> members = new ArrayList<>();

    /** Null until first used; races are harmless. */
    private Class<?> type;

    private Owner(Lookup adapter, List<String> classNames, Presence presence, String besides) {
      this.adapter = adapter;
      this.classNames = classNames;
      this.presence = presence;
      this.besides = besides;
    }

    /** Reaches a field. */
    public Field reach(Member.Field field) {
      members.add(field);
      return new Field(this, field);
    }

    /**
     * Reaches a method or a constructor; one that is {@link Member.Method#whereItExists} is no
     * witness, and {@link Method#isThere} tells.
     */
    public Method reach(Member.Method method) {
      if (method.atLeast() > 0) {
        members.add(method);
      }
      return new Method(this, method);
    }

    /** Whether an object is of this class. */
    public boolean isInstance(Object object) {
      return type().isInstance(object);
    }

    private Class<?> type() {
      Class<?> known = type;
      if (known == null) {
        known = find();
        type = known;
      }
      return known;
    }

    private Class<?> find() {
      ClassNotFoundException missing = null;
      for (String className : classNames) {
        try {
          return Class.forName(className, false, adapter.lookupClass().getClassLoader());
        } catch (ClassNotFoundException e) {
          missing = e;
        }
      }
      throw missing(String.join(" or ", classNames), missing);
    }

    /** In a package that is not opened to the adapter what is public is reached all the same. */
    private Lookup lookup() {
      try {
        return MethodHandles.privateLookupIn(type(), adapter);
      } catch (IllegalAccessException notOpened) {
        return adapter;
      }
    }
  }

  /**
   * A field. Its reads and writes are as the field is declared, plain or volatile. Made by {@link
   * Owner#reach(Member.Field)}.
   *
   * <p>An object that is no instance of its class is a {@link ClassCastException}, as is a value of
   * another type.
   *
   * @param getter reads it, from the first use on; until then {@link #UNKNOWN_GETTER}. Any thread
   *     may set it, to the same
   * @param setter writes it; likewise
   */
  @SuppressWarnings("UnusedVariable") // All are used; the check does not know records.
  public record Field(
      Owner owner, Member.Field member, MutableCallSite getter, MutableCallSite setter) {
    private static final MethodHandle UNKNOWN_GETTER = MethodHandles.identity(Object.class);
    private static final MethodHandle UNKNOWN_SETTER =
        MethodHandles.dropArguments(UNKNOWN_GETTER, 1, Object.class);

    private Field(Owner owner, Member.Field member) {
      this(owner, member, new MutableCallSite(UNKNOWN_GETTER), new MutableCallSite(UNKNOWN_SETTER));
    }

    /**
     * Reads it.
     *
     * @param of the object; null for a static field
     */
    public Object get(Object of) {
      MethodHandle known = getter.getTarget();
      if (known == UNKNOWN_GETTER) {
        known = find(false);
        getter.setTarget(known);
      }
      try {
        return (Object) known.invokeExact(of);
      } catch (Throwable e) {
        throw Handles.<RuntimeException>as(e);
      }
    }

    /**
     * Writes it.
     *
     * @param of the object; null for a static field
     */
    public void set(Object of, Object value) {
      MethodHandle known = setter.getTarget();
      if (known == UNKNOWN_SETTER) {
        known = find(true);
        setter.setTarget(known);
      }
      try {
        Object ignored = (Object) known.invokeExact(of, value);
      } catch (Throwable e) {
        throw Handles.<RuntimeException>as(e);
      }
    }

    private MethodHandle find(boolean writes) {
      try {
        java.lang.reflect.Field field = owner.type().getDeclaredField(member.name());
        Lookup in = owner.lookup();
        MethodHandle handle = writes ? in.unreflectSetter(field) : in.unreflectGetter(field);
        return generic(
            Modifier.isStatic(field.getModifiers())
                ? MethodHandles.dropArguments(handle, 0, Object.class)
                : handle);
      } catch (ReflectiveOperationException e) {
        throw missing(owner.type().getName() + "." + member.name(), e);
      }
    }
  }

  /**
   * A method, static or not, or a constructor: called with its receiver, if it has one, and its
   * arguments. What it throws comes through as it is, also a checked exception, though none is
   * declared: who calls one that throws declares it. The result of a void method is null. Made by
   * {@link Owner#reach(Member.Method)}.
   *
   * @param found gives the handle, from the first use on; until then {@link #UNKNOWN}. Any thread
   *     may set it, to the same
   */
  @SuppressWarnings("UnusedVariable") // All are used; the check does not know records.
  public record Method(Owner owner, Member.Method member, MutableCallSite found) {
    private static final MethodHandle UNKNOWN = MethodHandles.constant(MethodHandle.class, null);

    private Method(Owner owner, Member.Method member) {
      this(owner, member, new MutableCallSite(UNKNOWN));
    }

    /** Whether this version has it; not asked on a request's way, for it may look again. */
    public boolean isThere() {
      try {
        handle();
        return true;
      } catch (LinkageError | RuntimeException e) {
        return false;
      }
    }

    /** How many values it is called with, the receiver included. */
    public int arity() {
      return handle().type().parameterCount();
    }

    /** With nothing. */
    public Object call() {
      try {
        return (Object) handle().invokeExact();
      } catch (Throwable e) {
        throw Handles.<RuntimeException>as(e);
      }
    }

    /** With one value. */
    public Object call(Object a) {
      try {
        return (Object) handle().invokeExact(a);
      } catch (Throwable e) {
        throw Handles.<RuntimeException>as(e);
      }
    }

    /** With two. */
    public Object call(Object a, Object b) {
      try {
        return (Object) handle().invokeExact(a, b);
      } catch (Throwable e) {
        throw Handles.<RuntimeException>as(e);
      }
    }

    /** With three. */
    public Object call(Object a, Object b, Object c) {
      try {
        return (Object) handle().invokeExact(a, b, c);
      } catch (Throwable e) {
        throw Handles.<RuntimeException>as(e);
      }
    }

    /** With four. */
    public Object call(Object a, Object b, Object c, Object d) {
      try {
        return (Object) handle().invokeExact(a, b, c, d);
      } catch (Throwable e) {
        throw Handles.<RuntimeException>as(e);
      }
    }

    /** With five. */
    public Object call(Object a, Object b, Object c, Object d, Object e) {
      try {
        return (Object) handle().invokeExact(a, b, c, d, e);
      } catch (Throwable thrown) {
        throw Handles.<RuntimeException>as(thrown);
      }
    }

    /** With six. */
    public Object call(Object a, Object b, Object c, Object d, Object e, Object f) {
      try {
        return (Object) handle().invokeExact(a, b, c, d, e, f);
      } catch (Throwable thrown) {
        throw Handles.<RuntimeException>as(thrown);
      }
    }

    /**
     * With more values than six, in one array: a handle of type {@code (Object[])Object}. To be
     * kept in a constant by who calls it for each request.
     */
    public MethodHandle spread() {
      return handle().asSpreader(Object[].class, arity());
    }

    private MethodHandle handle() {
      MethodHandle known = found.getTarget();
      if (known == UNKNOWN) {
        known = MethodHandles.constant(MethodHandle.class, find());
        found.setTarget(known);
      }
      try {
        return (MethodHandle) known.invokeExact();
      } catch (Throwable e) {
        throw Handles.<RuntimeException>as(e);
      }
    }

    private MethodHandle find() {
      Class<?> type = owner.type();
      boolean constructs = member.name().equals("<init>");
      try {
        for (Executable each :
            constructs ? type.getDeclaredConstructors() : type.getDeclaredMethods()) {
          if (is(each)) {
            return generic(
                each instanceof Constructor<?> constructor
                    ? owner.lookup().unreflectConstructor(constructor)
                    : owner.lookup().unreflect((java.lang.reflect.Method) each));
          }
        }
      } catch (IllegalAccessException e) {
        throw missing(owner.type().getName() + "." + member.name(), e);
      }
      throw missing(owner.type().getName() + "." + member.name(), null);
    }

    /** As {@link Fitting} compares it with a class file. */
    private boolean is(Executable each) {
      if (each instanceof java.lang.reflect.Method method
          && (method.isBridge() || !method.getName().equals(member.name()))) {
        return false;
      }
      if (member.parameterCount() >= 0 && each.getParameterCount() != member.parameterCount()) {
        return false;
      }
      if (member.parameterTypes().isEmpty()) {
        return true;
      }
      List<String> names = new ArrayList<>();
      for (Class<?> parameter : each.getParameterTypes()) {
        names.add(parameter.getName());
      }
      return names.equals(member.parameterTypes().get());
    }
  }

  private static MethodHandle generic(MethodHandle handle) {
    MethodHandle fixed = handle.asFixedArity();
    return fixed.asType(MethodType.genericMethodType(fixed.type().parameterCount()));
  }

  private static LinkageError missing(String what, Throwable cause) {
    return new LinkageError(what + " is not reached, though the unit's witnesses fit", cause);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E as(Throwable e) throws E {
    throw (E) e;
  }
}

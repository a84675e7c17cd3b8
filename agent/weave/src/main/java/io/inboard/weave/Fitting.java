// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.List;
import java.util.Optional;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.pool.TypePool;

/** Whether a unit's witnesses and methods are what they were when its hooks were written. */
record Fitting(TypePool types) {
  /** What does not fit, for a person who reads one line; empty if everything does. */
  String misfit(Unit unit) {
    for (Unit.Witness witness : unit.witnesses()) {
      TypePool.Resolution type = types.describe(witness.className());
      if (!type.isResolved()) {
        return "class " + witness.className() + " is missing";
      }
      for (Member member : witness.members()) {
        String misfit = misfit(type.resolve(), member);
        if (!misfit.isEmpty()) {
          return misfit;
        }
      }
    }
    for (Unit.Hook hook : unit.hooks()) {
      String misfit = misfit(hook);
      if (!misfit.isEmpty()) {
        return misfit;
      }
    }
    return "";
  }

  private String misfit(Unit.Hook hook) {
    Optional<TypeDescription> type = firstOf(hook.classNames());
    if (type.isEmpty()) {
      return hook.method().atLeast() == 0
          ? ""
          : "class " + String.join(" or ", hook.classNames()) + " is missing";
    }
    return misfit(type.get(), hook.method());
  }

  private Optional<TypeDescription> firstOf(List<String> names) {
    for (String name : names) {
      TypePool.Resolution type = types.describe(name);
      if (type.isResolved()) {
        return Optional.of(type.resolve());
      }
    }
    return Optional.empty();
  }

  private static String misfit(TypeDescription type, Member member) {
    if (member instanceof Member.Field field) {
      boolean there =
          type.getDeclaredFields().stream().anyMatch(f -> f.getName().equals(field.name()));
      return there ? "" : "field " + type.getName() + "." + field.name() + " is missing";
    }
    Member.Method method = (Member.Method) member;
    long found = type.getDeclaredMethods().stream().filter(m -> matches(method, m)).count();
    if (found >= method.atLeast() && found <= method.atMost()) {
      return "";
    }
    return "method "
        + type.getName()
        + "."
        + method.name()
        + ": expected "
        + (method.atLeast() == method.atMost()
            ? method.atLeast() + ""
            : "at least " + method.atLeast())
        + ", found "
        + found;
  }

  static boolean matches(Member.Method wanted, MethodDescription method) {
    if (!method.getInternalName().equals(wanted.name())
        || method.isAbstract()
        || method.isNative()
        || method.isBridge()) {
      return false;
    }
    if (wanted.parameterCount() >= 0 && method.getParameters().size() != wanted.parameterCount()) {
      return false;
    }
    return wanted.parameterTypes().isEmpty()
        || method.getParameters().asTypeList().asErasures().stream()
            .map(TypeDescription::getTypeName)
            .toList()
            .equals(wanted.parameterTypes().get());
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Whether a unit's witnesses and methods are what they were when its hooks were written. */
record Fitting(ClassFiles files) {
  private static final int BODILESS = Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE;

  /** Whether the library is there at all. */
  boolean isThere(Unit unit) {
    return unit.main().isEmpty() || files.find(unit.main().replace('.', '/')) != null;
  }

  /** What does not fit, for a person who reads one line; empty if everything does. */
  String misfit(Unit unit) {
    for (Unit.Witness witness : unit.witnesses()) {
      if (!witness.besides().isEmpty() && files.find(witness.besides().replace('.', '/')) == null) {
        continue;
      }
      ClassFiles.ClassFile file = files.find(witness.className().replace('.', '/'));
      if (file == null) {
        if (witness.required()) {
          return "class " + witness.className() + " is missing";
        }
        continue;
      }
      for (Member member : witness.members()) {
        String misfit = misfit(witness.className(), file, member, false);
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
    for (String name : hook.classNames()) {
      ClassFiles.ClassFile file = files.find(name.replace('.', '/'));
      if (file != null) {
        return misfit(name, file, hook.method(), true);
      }
    }
    return hook.method().atLeast() == 0
        ? ""
        : "class " + String.join(" or ", hook.classNames()) + " is missing";
  }

  /**
   * @param counted whether too many are a misfit: of what is woven they are, since each would be;
   *     of a witness not, which is called by what it is, whatever else has its name
   */
  private static String misfit(
      String className, ClassFiles.ClassFile file, Member member, boolean counted) {
    if (member instanceof Member.Field field) {
      for (ClassFiles.Field each : file.fields) {
        if (each.name().equals(field.name())) {
          String type = name(Type.getType(each.descriptor()));
          return field.type().isEmpty() || field.type().get().equals(type)
              ? ""
              : "field "
                  + className
                  + "."
                  + field.name()
                  + " must be "
                  + field.type().get()
                  + ", but was "
                  + type;
        }
      }
      return "field " + className + "." + field.name() + " is missing";
    }
    Member.Method method = (Member.Method) member;
    int found = 0;
    for (ClassFiles.Method each : file.methods) {
      // A hook needs a body to weave; what is only called may be abstract or native.
      int access = counted ? each.access() : each.access() & ~BODILESS;
      if (matches(method, access, each.name(), each.descriptor())) {
        found++;
      }
    }
    if (found >= method.atLeast() && (!counted || found <= method.atMost())) {
      return "";
    }
    return "method "
        + className
        + "."
        + method.name()
        + ": expected "
        + (method.atLeast() == method.atMost()
            ? method.atLeast() + ""
            : "at least " + method.atLeast())
        + ", found "
        + found;
  }

  static boolean matches(Member.Method wanted, int access, String name, String descriptor) {
    if (!name.equals(wanted.name()) || (access & (BODILESS | Opcodes.ACC_BRIDGE)) != 0) {
      return false;
    }
    if (wanted.parameterCount() < 0 && wanted.parameterTypes().isEmpty()) {
      return true;
    }
    Type[] types = Type.getArgumentTypes(descriptor);
    if (wanted.parameterCount() >= 0 && types.length != wanted.parameterCount()) {
      return false;
    }
    return wanted.parameterTypes().isEmpty() || are(types, wanted.parameterTypes().get());
  }

  private static boolean are(Type[] types, List<String> names) {
    if (types.length != names.size()) {
      return false;
    }
    for (int i = 0; i < types.length; i++) {
      if (!name(types[i]).equals(names.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** As Class.getName has it, which for an array is its descriptor. */
  private static String name(Type type) {
    return type.getSort() == Type.ARRAY
        ? type.getDescriptor().replace('/', '.')
        : type.getClassName();
  }
}

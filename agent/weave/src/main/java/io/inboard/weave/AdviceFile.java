// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * An advice class, as its file says it: the class itself is loaded when a call site of it links.
 * Each of the three is null where there is no such method.
 */
final class AdviceFile {
  private static final String ANNOTATIONS = "L" + Advice.class.getName().replace('.', '/') + "$";
  private static final String CONSTRUCT = "construct";

  final String className;
  AdviceMethod enter;
  AdviceMethod exit;
  AdviceMethod construct;

  private AdviceFile(String className) {
    this.className = className;
  }

  static AdviceFile read(String className, byte[] classFile) {
    AdviceFile advice = new AdviceFile(className);
    new ClassReader(classFile)
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String descriptor, String signature, String[] thrown) {
                return (access & Opcodes.ACC_STATIC) == 0
                    ? null
                    : advice.new MethodReader(name, descriptor);
              }
            },
            ClassReader.SKIP_CODE);
    return advice;
  }

  /** Throws {@link Unweavable} where it cannot be around this kind of method. */
  void checkAround(WovenMethod method) {
    if (enter == null && exit == null) {
      throw new Unweavable(className + " has neither enter nor exit");
    }
    boolean onThrowable = exit != null && exit.onThrowable();
    if (method.isConstructor() && (enter != null || onThrowable)) {
      throw new Unweavable(className + " is not for a constructor, where only exit has an object");
    }
    if (exit != null && !onThrowable) {
      boolean assigns = false;
      for (AdviceMethod.Assignment assignment : exit.assignments()) {
        assigns |= assignment.target() == AdviceMethod.Target.THROWN;
      }
      if (assigns || exit.wants(AdviceMethod.From.THROWN)) {
        throw new Unweavable(className + " has to do with what is thrown, without onThrowable");
      }
    }
  }

  /** Collects the annotations of one method, which is an advice if it has one that says so. */
  private final class MethodReader extends MethodVisitor {
    private final String name;
    private final String descriptor;
    private final AdviceMethod.Source[] sources;
    private final List<AdviceMethod.Assignment> assignments = new ArrayList<>(2);
    private boolean isEnter;
    private boolean isExit;
    private boolean onThrowable;
    private String skipOn = "";

    MethodReader(String name, String descriptor) {
      super(Opcodes.ASM9);
      this.name = name;
      this.descriptor = descriptor;
      this.sources = new AdviceMethod.Source[Type.getArgumentCount(descriptor)];
    }

    @Override
    public AnnotationVisitor visitAnnotation(String type, boolean visible) {
      switch (simpleName(type)) {
        case "OnMethodEnter":
          isEnter = true;
          return new Values() {
            @Override
            public void visit(String key, Object value) {
              Type skip = (Type) value;
              skipOn =
                  skip.getDescriptor().equals(ANNOTATIONS + "OnNonDefaultValue;")
                      ? AdviceMethod.NON_DEFAULT
                      : skip.getInternalName();
            }
          };
        case "OnMethodExit":
          isExit = true;
          return new Values() {
            @Override
            public void visit(String key, Object value) {
              onThrowable = (Boolean) value;
            }
          };
        case "ToArguments":
          return new Values() {
            @Override
            public AnnotationVisitor visitArray(String key) {
              return this;
            }

            @Override
            public AnnotationVisitor visitAnnotation(String key, String each) {
              return assignment(AdviceMethod.Target.ARGUMENT);
            }
          };
        case "ToArgument":
          return assignment(AdviceMethod.Target.ARGUMENT);
        case "ToReturned":
          return assignment(AdviceMethod.Target.RETURNED);
        case "ToThrown":
          return assignment(AdviceMethod.Target.THROWN);
        default:
          return null;
      }
    }

    private AnnotationVisitor assignment(AdviceMethod.Target target) {
      return new Values() {
        private int argument = -1;
        private int index = -1;
        private boolean evenDefault;

        @Override
        public void visit(String key, Object value) {
          if (key.equals("value")) {
            argument = (Integer) value;
          } else if (key.equals("index")) {
            index = (Integer) value;
          } else {
            evenDefault = (Boolean) value;
          }
        }

        @Override
        public void visitEnd() {
          assignments.add(new AdviceMethod.Assignment(target, argument, index, evenDefault));
        }
      };
    }

    @Override
    public AnnotationVisitor visitParameterAnnotation(int parameter, String type, boolean visible) {
      AdviceMethod.From from = from(simpleName(type));
      if (from == null) {
        return null;
      }
      sources[parameter] = new AdviceMethod.Source(from, 0, "");
      return new Values() {
        @Override
        public void visit(String key, Object value) {
          sources[parameter] =
              value instanceof String field
                  ? new AdviceMethod.Source(from, 0, field)
                  : new AdviceMethod.Source(from, (Integer) value, "");
        }
      };
    }

    private AdviceMethod.From from(String annotation) {
      return switch (annotation) {
        case "This" -> AdviceMethod.From.THIS;
        case "Argument" -> AdviceMethod.From.ARGUMENT;
        case "FieldValue" -> AdviceMethod.From.FIELD;
        case "Enter" -> AdviceMethod.From.ENTER;
        case "Return" -> AdviceMethod.From.RETURN;
        case "Thrown" -> AdviceMethod.From.THROWN;
        default -> null;
      };
    }

    private String simpleName(String type) {
      return type.startsWith(ANNOTATIONS)
          ? type.substring(ANNOTATIONS.length(), type.length() - 1)
          : "";
    }

    @Override
    public void visitEnd() {
      // A Throwable variant has the same name, and no annotation.
      boolean isConstruct =
          name.equals(CONSTRUCT) && !descriptor.startsWith("(Ljava/lang/Throwable;");
      if (!isEnter && !isExit && !isConstruct) {
        return;
      }
      List<AdviceMethod.Source> all = Arrays.asList(sources);
      if (all.contains(null)) {
        throw new Unweavable(className + "#" + name + " has a parameter that says not what it is");
      }
      AdviceMethod method =
          new AdviceMethod(name, descriptor, all, onThrowable, skipOn, assignments);
      if (isEnter) {
        enter = method;
      } else if (isExit) {
        exit = method;
      } else {
        construct = method;
      }
    }
  }

  private abstract static class Values extends AnnotationVisitor {
    Values() {
      super(Opcodes.ASM9);
    }
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Weaves an advice of ours by Byte Buddy's {@code Advice}. The advice is the same class file but
 * for its annotations, whose names are Byte Buddy's here; what it returns is assigned by Byte
 * Buddy's {@code AssignReturned}.
 */
final class ByteBuddyWeaving {
  private static final String OURS = Type.getInternalName(Advice.class);
  private static final String THEIRS = "net/bytebuddy/asm/Advice";
  private static final String ASSIGN = "L" + THEIRS + "$AssignReturned$";
  private static final String TO_ARGUMENT = ASSIGN + "ToArguments$ToArgument;";

  private ByteBuddyWeaving() {}

  /** The class file of {@code woven}, whose methods of this name have the advice around them. */
  static byte[] weave(String woven, String method, byte[] file, String advice, byte[] adviceFile) {
    ClassFileLocator locator =
        new ClassFileLocator.Compound(
            new ClassFileLocator.Simple(Map.of(woven, file, advice, translated(adviceFile))),
            ClassFileLocator.ForClassLoader.of(ByteBuddyWeaving.class.getClassLoader()));
    TypePool pool = TypePool.Default.of(locator);
    TypeDescription type = pool.describe(woven).resolve();
    return new ByteBuddy()
        .with(TypeValidation.DISABLED)
        .redefine(type, locator)
        .visit(
            net.bytebuddy.asm.Advice.withCustomMapping()
                .with(new net.bytebuddy.asm.Advice.AssignReturned.Factory())
                .to(pool.describe(advice).resolve(), locator)
                .on(
                    method.equals("<init>")
                        ? ElementMatchers.isConstructor()
                        : ElementMatchers.named(method)))
        .make()
        .getBytes();
  }

  private static byte[] translated(byte[] advice) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(advice)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String descriptor, String signature, String[] thrown) {
                return new Annotations(
                    super.visitMethod(access, name, descriptor, signature, thrown),
                    Type.getReturnType(descriptor).getSort() == Type.ARRAY);
              }
            },
            0);
    return writer.toByteArray();
  }

  /** Gives the annotations of an advice method Byte Buddy's names. */
  private static final class Annotations extends MethodVisitor {
    private final boolean returnsArray;

    Annotations(MethodVisitor next, boolean returnsArray) {
      super(Opcodes.ASM9, next);
      this.returnsArray = returnsArray;
    }

    @Override
    public AnnotationVisitor visitParameterAnnotation(int index, String type, boolean visible) {
      return super.visitParameterAnnotation(index, type.replace(OURS, THEIRS), true);
    }

    @Override
    public AnnotationVisitor visitAnnotation(String type, boolean visible) {
      String name = type.substring(type.indexOf('$') + 1, type.length() - 1);
      return switch (name) {
        case "OnMethodEnter", "OnMethodExit" -> {
          AnnotationVisitor to = super.visitAnnotation(type.replace(OURS, THEIRS), true);
          to.visit("suppress", Type.getType(Throwable.class));
          yield new OnMethod(to);
        }
        case "ToArgument" -> {
          AnnotationVisitor to = super.visitAnnotation(ASSIGN + "ToArguments;", true);
          AnnotationVisitor one = to.visitArray("value");
          yield new Assigned(one.visitAnnotation(null, TO_ARGUMENT)) {
            @Override
            public void visitEnd() {
              super.visitEnd();
              one.visitEnd();
              to.visitEnd();
            }
          };
        }
        case "ToArguments" -> new Several(super.visitAnnotation(ASSIGN + "ToArguments;", true));
        case "ToReturned", "ToThrown" ->
            new Assigned(super.visitAnnotation(ASSIGN + name + ";", true));
        default -> throw new AssertionError(type);
      };
    }

    private class OnMethod extends AnnotationVisitor {
      OnMethod(AnnotationVisitor to) {
        super(Opcodes.ASM9, to);
      }

      @Override
      public void visit(String key, Object value) {
        if (key.equals("onThrowable")) {
          super.visit(key, Type.getType(Throwable.class));
        } else {
          super.visit(key, Type.getType(((Type) value).getDescriptor().replace(OURS, THEIRS)));
        }
      }
    }

    private static class Several extends AnnotationVisitor {
      Several(AnnotationVisitor to) {
        super(Opcodes.ASM9, to);
      }

      @Override
      public AnnotationVisitor visitArray(String key) {
        return new Several(super.visitArray(key));
      }

      @Override
      public AnnotationVisitor visitAnnotation(String key, String type) {
        return new AnyType(super.visitAnnotation(key, TO_ARGUMENT));
      }
    }

    /** Ours casts and unboxes where the types ask for it; Byte Buddy wants to be told to. */
    private static class AnyType extends AnnotationVisitor {
      AnyType(AnnotationVisitor to) {
        super(Opcodes.ASM9, to);
        visitEnum("typing", Type.getDescriptor(Assigner.Typing.class), "DYNAMIC");
      }
    }

    private class Assigned extends AnyType {
      private boolean evenDefault;
      private boolean isElement;

      Assigned(AnnotationVisitor to) {
        super(to);
      }

      @Override
      public void visit(String key, Object value) {
        if (key.equals("evenDefault")) {
          evenDefault = (Boolean) value;
        } else {
          isElement |= key.equals("index");
          super.visit(key, value);
        }
      }

      @Override
      public void visitEnd() {
        super.visitEnd();
        if (evenDefault || (returnsArray && !isElement)) {
          AnnotationVisitor scalar = mv.visitAnnotation(ASSIGN + "AsScalar;", true);
          scalar.visit("skipOnDefaultValue", !evenDefault);
          scalar.visitEnd();
        }
      }
    }
  }
}

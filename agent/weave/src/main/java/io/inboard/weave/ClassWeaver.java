// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Weaves one class. Changes the bodies of hooked methods only, so that classes already loaded,
 * other agents and shared archives keep working; every other method is copied byte by byte, but for
 * the frames that {@link BeforeJavaSeven} gives it.
 */
final class ClassWeaver implements UnitState.FitCheck {
  /** See the dispatcher in java.base, which bootstrap/ brings. */
  static final Handle BOOTSTRAP =
      new Handle(
          Opcodes.H_INVOKESTATIC,
          "java/lang/InboardDispatcher",
          "bootstrap",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;"
              + "Ljava/lang/invoke/MethodType;Ljava/lang/Object;)Ljava/lang/Object;",
          false);

  private final ClassLoader agentLoader;
  private final String className;
  private final byte[] classFile;
  private final ClassFiles files;

  ClassWeaver(ClassLoader agentLoader, ClassLoader loader, String className, byte[] classFile) {
    this.agentLoader = agentLoader;
    this.className = className;
    this.classFile = classFile;
    this.files = new ClassFiles(loader, className.replace('.', '/'), classFile);
  }

  /** Whether there is the unit's library, where the class lives. */
  boolean isThere(Unit unit) {
    return new Fitting(files).isThere(unit);
  }

  @Override
  public String misfit(Unit unit) {
    return new Fitting(files).misfit(unit);
  }

  /** The class file with those of the hooks that are meant for this class; null if none is. */
  byte[] weave(List<Unit.Hook> hooks) {
    List<Unit.Hook> mine = new ArrayList<>();
    for (Unit.Hook hook : hooks) {
      if (hook.classNames().contains(className)) {
        mine.add(hook);
      }
    }
    if (mine.isEmpty()) {
      return null;
    }
    ClassReader reader = BeforeJavaSeven.lifted(new ClassReader(classFile), classFile, files);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new HookedMethods(writer, mine), ClassReader.EXPAND_FRAMES);
    return writer.toByteArray();
  }

  private final class HookedMethods extends ClassVisitor {
    private final List<Unit.Hook> hooks;
    private String owner;

    HookedMethods(ClassVisitor next, List<Unit.Hook> hooks) {
      super(Opcodes.ASM9, next);
      this.hooks = hooks;
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        String signature,
        String superName,
        String[] interfaces) {
      owner = name;
      super.visit(version, access, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] thrown) {
      MethodVisitor code = super.visitMethod(access, name, descriptor, signature, thrown);
      // The first hook is the outermost.
      for (Unit.Hook hook : hooks) {
        if (Fitting.matches(hook.method(), access, name, descriptor)) {
          code = woven(code, hook, new WovenMethod(owner, access, name, descriptor));
        }
      }
      return code;
    }
  }

  private MethodVisitor woven(MethodVisitor code, Unit.Hook hook, WovenMethod method) {
    AdviceFile advice = advice(hook.advice());
    return switch (hook.kind()) {
      case AROUND -> new AroundWeaver(code, method, advice, files);
      case CONSTRUCTION -> new ConstructionWeaver(code, method, advice);
    };
  }

  private AdviceFile advice(String name) {
    byte[] file;
    try {
      file = Relocation.file(name.replace('.', '/'), each -> ClassFiles.read(agentLoader, each));
    } catch (IOException e) {
      throw new Unweavable("the advice " + name + " cannot be read: " + e);
    }
    if (file == null) {
      throw new Unweavable("the advice " + name + " is missing");
    }
    return AdviceFile.read(name, file);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * A step of the build: puts ordinary classes and methods where the compiler leaves lambdas and the
 * methods of records to be made at run time. In a JVM that has just started each of those costs up
 * to half a millisecond and a class of its own, before main as well; an ordinary class that serves
 * all lambdas of a kind costs a tenth. Not part of the jar.
 *
 * <p>What a site means stays as it is. A site that is not understood is left to the JVM.
 */
public final class PlainClasses {
  private static final String LAMBDAS = "java/lang/invoke/LambdaMetafactory";
  private static final String RECORDS = "java/lang/runtime/ObjectMethods";

  private PlainClasses() {}

  /**
   * Rewrites the agent's own class files where they are.
   *
   * @param arguments the folder of the root package, then how the files' names end
   */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    String end = arguments[1];
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(root.resolve("io/inboard"))) {
      for (Path file : all.filter(f -> f.toString().endsWith(end)).sorted().toList()) {
        files.add(Files.readAllBytes(file));
      }
    }
    for (byte[] each : of(files)) {
      Files.write(root.resolve(new ClassReader(each).getClassName() + end), each);
    }
  }

  /** These classes without such sites, and the classes that they need for it. */
  static List<byte[]> of(List<byte[]> classes) {
    List<byte[]> rewritten = new ArrayList<>();
    List<byte[]> made = new ArrayList<>();
    Map<String, List<String>> members = new HashMap<>();
    for (byte[] original : classes) {
      byte[] each = PlainHooks.of(original);
      ClassReader file = new ClassReader(each);
      Sites sites = new Sites();
      file.accept(sites, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
      if (!sites.any || sites.version < Opcodes.V11) { // There are no nests before.
        rewritten.add(each);
        continue;
      }
      ClassWriter writer = new ClassWriter(0);
      file.accept(new Rewriter(writer, sites), 0);
      rewritten.add(writer.toByteArray());
      for (LambdaClass lambdas : sites.byKind.values()) {
        made.add(lambdas.file(sites.version, sites.host));
        members.computeIfAbsent(sites.host, h -> new ArrayList<>()).add(lambdas.name());
      }
    }
    for (byte[] each : rewritten) {
      made.add(withMembers(each, members));
    }
    return made;
  }

  /** A class of the same nest may call private methods; the host must name it. */
  private static byte[] withMembers(byte[] file, Map<String, List<String>> members) {
    ClassReader reader = new ClassReader(file);
    List<String> more = members.get(reader.getClassName());
    if (more == null) {
      return file;
    }
    ClassWriter writer = new ClassWriter(0);
    reader.accept(writer, 0);
    more.forEach(writer::visitNestMember);
    return writer.toByteArray();
  }

  /** What there is to do in a class. */
  private static final class Sites extends ClassVisitor {
    private final Map<String, LambdaClass> byKind = new TreeMap<>();
    private String name = "";
    private String host = "";
    private int version;
    private boolean any;

    Sites() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visit(int v, int access, String n, String s, String superName, String[] i) {
      version = v;
      name = n;
      host = n;
    }

    @Override
    public void visitNestHost(String of) {
      host = of;
    }

    @Override
    public MethodVisitor visitMethod(int access, String n, String d, String s, String[] e) {
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitInvokeDynamicInsn(String sam, String type, Handle by, Object... more) {
          if (by.getOwner().equals(RECORDS)) {
            any = true;
          } else if (isLambda(by) && LambdaClass.canBe(name, more)) {
            any = true;
            byKind
                .computeIfAbsent(
                    LambdaClass.kind(sam, type, (Type) more[0]),
                    kind ->
                        new LambdaClass(
                            name + "$$Plain" + byKind.size(), sam, type, (Type) more[0]))
                .add((Handle) more[1]);
          }
        }
      };
    }
  }

  private static boolean isLambda(Handle by) {
    return by.getOwner().equals(LAMBDAS) && by.getName().equals("metafactory");
  }

  private static final class Rewriter extends ClassVisitor {
    private final Sites sites;
    private final List<RecordMethod> records = new ArrayList<>();
    private final Map<String, Integer> seen = new HashMap<>();

    Rewriter(ClassVisitor next, Sites sites) {
      super(Opcodes.ASM9, next);
      this.sites = sites;
    }

    @Override
    public MethodVisitor visitMethod(int access, String n, String d, String s, String[] e) {
      return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, n, d, s, e)) {
        @Override
        public void visitInvokeDynamicInsn(String sam, String type, Handle by, Object... more) {
          if (by.getOwner().equals(RECORDS)) {
            RecordMethod method = new RecordMethod(sam, type, more);
            records.add(method);
            super.visitMethodInsn(Opcodes.INVOKESTATIC, sites.name, method.name(), type, false);
          } else if (isLambda(by) && LambdaClass.canBe(sites.name, more)) {
            String kind = LambdaClass.kind(sam, type, (Type) more[0]);
            int number = seen.merge(kind, 1, Integer::sum) - 1;
            sites.byKind.get(kind).callFactory(mv, number);
          } else {
            super.visitInvokeDynamicInsn(sam, type, by, more);
          }
        }

        @Override
        public void visitMaxs(int maxStack, int maxLocals) {
          super.visitMaxs(maxStack + 1, maxLocals); // The lambda's number.
        }
      };
    }

    @Override
    public void visitEnd() {
      records.forEach(method -> method.write(cv));
      super.visitEnd();
    }
  }
}

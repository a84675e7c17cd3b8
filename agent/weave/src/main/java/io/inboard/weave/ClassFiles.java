// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * What the classes of a library declare, from their files: no class of an application is loaded to
 * find out. For one class that is being woven, by one thread.
 */
final class ClassFiles {
  private final ClassLoader loader;
  private final Map<String, ClassFile> known = new HashMap<>();

  /**
   * @param internalName of the class that is being woven, in the form that other agents gave it;
   *     the rest of the library is read from its files
   */
  ClassFiles(ClassLoader loader, String internalName, byte[] classFile) {
    this.loader = loader;
    known.put(internalName, parse(classFile));
  }

  /** A class by its internal name; null if the loader has none. */
  ClassFile find(String internalName) {
    if (known.containsKey(internalName)) {
      return known.get(internalName);
    }
    byte[] bytes = read(loader, internalName);
    ClassFile file = bytes == null ? null : parse(bytes);
    known.put(internalName, file);
    return file;
  }

  /** A class file as a loader finds it; null is the boot loader, asked through the platform's. */
  static byte[] read(ClassLoader loader, String internalName) {
    ClassLoader from = loader == null ? ClassLoader.getPlatformClassLoader() : loader;
    try (InputStream in = from.getResourceAsStream(internalName + ".class")) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new Unweavable(internalName + " cannot be read: " + e);
    }
  }

  /** The field that a class has, or inherits; null if there is none that it may see. */
  Field field(String internalName, String name) {
    for (String at = internalName; at != null; ) {
      ClassFile file = find(at);
      if (file == null) {
        return null;
      }
      for (Field field : file.fields) {
        if (field.name.equals(name)
            && (at.equals(internalName) || (field.access & Opcodes.ACC_PRIVATE) == 0)) {
          return field;
        }
      }
      at = file.superName;
    }
    return null;
  }

  /** Whether a value of one type may be handed on as another: the verifier must agree. */
  boolean isSubtype(Type from, Type to) {
    if (from.equals(to)) {
      return true;
    }
    if (!Conversions.isReference(from) || !Conversions.isReference(to)) {
      return false;
    }
    return to.equals(Conversions.OBJECT)
        || (from.getSort() == Type.OBJECT
            && to.getSort() == Type.OBJECT
            && inherits(from.getInternalName(), to.getInternalName()));
  }

  private boolean inherits(String name, String ancestor) {
    if (name == null || name.equals(ancestor)) {
      return name != null;
    }
    ClassFile file = find(name);
    if (file == null) {
      return false;
    }
    for (String each : file.interfaces) {
      if (inherits(each, ancestor)) {
        return true;
      }
    }
    return inherits(file.superName, ancestor);
  }

  private static ClassFile parse(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassFile file = new ClassFile(reader.getSuperName(), reader.getInterfaces());
    String owner = reader.getClassName();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public FieldVisitor visitField(
              int access, String name, String descriptor, String signature, Object value) {
            file.fields.add(new Field(owner, access, name, descriptor));
            return null;
          }

          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] thrown) {
            file.methods.add(new Method(access, name, descriptor));
            return null;
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
    return file;
  }

  static final class ClassFile {
    final String superName;
    final String[] interfaces;
    final List<Field> fields = new ArrayList<>();
    final List<Method> methods = new ArrayList<>();

    private ClassFile(String superName, String[] interfaces) {
      this.superName = superName;
      this.interfaces = interfaces;
    }
  }

  record Field(String owner, int access, String name, String descriptor) {}

  record Method(int access, String name, String descriptor) {}
}

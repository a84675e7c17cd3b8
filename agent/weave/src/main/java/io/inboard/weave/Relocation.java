// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A library that another one carries under a package name of its own (a shaded jar). Its hooks are
 * those of the library; the advice that it gets is a copy whose constants name the classes that are
 * there. Immutable; safe for use by any thread.
 */
public final class Relocation {
  private static final String ADAPTERS = "io.inboard.instrumentation.";
  private static final int UTF8 = 1;

  /** By the package below that of all adapters in which the copies are. */
  private static final Map<String, Relocation> ALL = new ConcurrentHashMap<>();

  private final String tag;
  private final String prefix;
  private final List<String> packages;
  private final List<String> adapters;
  private final Pattern names;

  private Relocation(String tag, String prefix, List<String> packages, List<String> adapters) {
    this.tag = tag;
    this.prefix = prefix;
    this.packages = packages;
    this.adapters = adapters;
    this.names =
        Pattern.compile(
            "(?<![a-z0-9_$./])("
                + Stream.concat(packages.stream(), adapters.stream())
                    .flatMap(name -> Stream.of(name, name.replace('.', '/')))
                    .map(Pattern::quote)
                    .collect(Collectors.joining("|"))
                + ")");
  }

  /**
   * A relocation.
   *
   * @param tag of the copies; no module of instrumentation has this name, nor another relocation of
   *     the same adapter
   * @param prefix what comes before the names of the library's packages, with a dot at its end
   * @param packages those that are moved, each with a dot at its end
   * @param adapter the package of the hooks, with a dot at its end
   */
  public static Relocation of(String tag, String prefix, List<String> packages, String adapter) {
    if (!adapter.startsWith(ADAPTERS)) {
      throw new IllegalArgumentException(adapter);
    }
    return ALL.compute(
        tag,
        (same, known) ->
            new Relocation(
                tag,
                prefix,
                List.copyOf(packages),
                known == null ? List.of(adapter) : with(known.adapters, adapter)));
  }

  /** One that is asked for again takes nothing from the others. */
  private static List<String> with(List<String> adapters, String another) {
    return adapters.contains(another)
        ? adapters
        : Stream.concat(adapters.stream(), Stream.of(another)).toList();
  }

  /** The hooks of a library, for where it was moved to. */
  public Unit unit(String name, Unit original) {
    List<Unit.Witness> witnesses = new ArrayList<>();
    for (Unit.Witness w : original.witnesses()) {
      List<Member> members = w.members().stream().map(this::member).toList();
      String besides = w.besides().isEmpty() ? "" : renamed(w.besides());
      witnesses.add(new Unit.Witness(renamed(w.className()), members, w.required(), besides));
    }
    return new Unit(
        name,
        witnesses,
        hooks(original.hooks()),
        hooks(original.guards()),
        original.openings(),
        original.sockets().stream().map(this::renamed).collect(Collectors.toSet()),
        renamed(original.main()));
  }

  private List<Unit.Hook> hooks(List<Unit.Hook> originals) {
    return originals.stream()
        .map(
            hook ->
                new Unit.Hook(
                    hook.classNames().stream().map(this::renamed).toList(),
                    method(hook.method()),
                    renamed(hook.advice()),
                    hook.kind()))
        .toList();
  }

  private Member member(Member member) {
    if (member instanceof Member.Method method) {
      return method(method);
    }
    Member.Field field = (Member.Field) member;
    return new Member.Field(field.name(), field.type().map(this::renamed));
  }

  private Member.Method method(Member.Method method) {
    return new Member.Method(
        method.name(),
        method.parameterTypes().map(types -> types.stream().map(this::renamed).toList()),
        method.parameterCount(),
        method.atLeast(),
        method.atMost());
  }

  /** A name, or a text with names, as they are after the move; with dots or with slashes. */
  private String renamed(String text) {
    Matcher matcher = names.matcher(text);
    return matcher.find() ? matcher.replaceAll(m -> Matcher.quoteReplacement(to(m.group()))) : text;
  }

  private String to(String name) {
    boolean slashes = name.indexOf('/') >= 0;
    String dotted = name.replace('/', '.');
    String moved =
        packages.contains(dotted)
            ? prefix + dotted
            : ADAPTERS + tag + '.' + dotted.substring(ADAPTERS.length());
    return slashes ? moved.replace('.', '/') : moved;
  }

  /**
   * The class file of an adapter, or of a copy of one.
   *
   * @param internalName with slashes
   * @param files gives class files by such names; null for one that is not there
   * @return null if it is not there
   */
  static byte[] file(String internalName, Files files) throws IOException {
    int begin = ADAPTERS.length();
    if (internalName.length() > begin && internalName.startsWith(ADAPTERS.replace('.', '/'))) {
      int end = internalName.indexOf('/', begin);
      Relocation copied = end < 0 ? null : ALL.get(internalName.substring(begin, end));
      if (copied != null) {
        String original = internalName.substring(0, begin) + internalName.substring(end + 1);
        byte[] file = files.read(original);
        return file == null ? null : rewritten(file, copied::renamed);
      }
    }
    return files.read(internalName);
  }

  /** Gives class files by their internal names; null for one that is not there. */
  @FunctionalInterface
  interface Files {
    byte[] read(String internalName) throws IOException;
  }

  /** All names in a class file are texts in its constant pool (JVMS 4.4). */
  private static byte[] rewritten(byte[] file, UnaryOperator<String> names) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(file.length * 2);
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(in.readNBytes(8));
    int count = in.readUnsignedShort();
    out.writeShort(count);
    for (int i = 1; i < count; i++) {
      int kind = in.readUnsignedByte();
      out.writeByte(kind);
      switch (kind) {
        case UTF8 -> out.writeUTF(names.apply(in.readUTF()));
        case 7, 8, 16, 19, 20 -> out.write(in.readNBytes(2));
        case 15 -> out.write(in.readNBytes(3));
        case 3, 4, 9, 10, 11, 12, 17, 18 -> out.write(in.readNBytes(4));
        case 5, 6 -> {
          // Counts as two.
          out.write(in.readNBytes(8));
          i++;
        }
        default -> throw new IOException("a class file with a constant of kind " + kind);
      }
    }
    in.transferTo(out);
    return bytes.toByteArray();
  }
}

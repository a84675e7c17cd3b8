// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SampleApplication;
import io.inboard.contract.ScriptedInbound;
import io.inboard.contract.WovenJvm;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/** An Undertow that is not as its hooks expect: a field has another name. */
final class UnfitUndertowTest {
  private static final String VERSION = UndertowLoader.NEWEST;
  private static final String WRAPPED =
      "io/undertow/server/protocol/proxy/ProxyProtocolReadListener$AddressWrappedConnection";
  private static final String DOCTORED = WRAPPED + ".class";

  @TempDir Path jars;
  private ScriptedInbound mesh;

  @BeforeEach
  void takeApart() throws IOException {
    WovenJvm.ensure();
    mesh = new ScriptedInbound(InboundTls.DISABLED).serve();
    for (File jar : UndertowLoader.folder(VERSION).listFiles()) {
      Path copy = jars.resolve(jar.getName());
      if (jar.getName().startsWith("undertow-core-")) {
        doctor(jar, copy);
      } else {
        Files.copy(jar.toPath(), copy);
      }
    }
    WovenJvm.takeTroubles();
  }

  @Test
  void itsHooksAloneAreLeftOutWithOneLine() throws Exception {
    try (RunningServer undertow = new UndertowLoader(VERSION, jars.toFile()).start(Map.of());
        RawConnection wire = RawConnection.plain(undertow.port())) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
    }
    assertThat(mesh.seen()).isEmpty();
    assertThat(WovenJvm.takeTroubles())
        .singleElement()
        .asString()
        .contains("misfit of undertow", "delegate");
  }

  @Test
  void aStrictPortIsNotServedByIt() throws Exception {
    mesh.mode(Mode.STRICT);
    int before = SampleApplication.calls();
    try (RunningServer undertow = new UndertowLoader(VERSION, jars.toFile()).start(Map.of());
        RawConnection wire = RawConnection.plain(undertow.port())) {
      assertThat(wire.untilClosed()).isEmpty();
    }
    mesh.refusedFor(Refusal.PLAINTEXT);
    assertThat(SampleApplication.calls()).isEqualTo(before);
    assertThat(WovenJvm.takeTroubles()).hasSize(1);
  }

  private static void doctor(File original, Path target) throws IOException {
    try (JarFile jar = new JarFile(original);
        OutputStream file = Files.newOutputStream(target);
        JarOutputStream out = new JarOutputStream(file)) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        byte[] bytes;
        try (InputStream in = jar.getInputStream(entry)) {
          bytes = in.readAllBytes();
        }
        out.putNextEntry(new JarEntry(entry.getName()));
        out.write(entry.getName().equals(DOCTORED) ? withAnotherName(bytes) : bytes);
        out.closeEntry();
      }
    }
  }

  private static byte[] withAnotherName(byte[] bytes) {
    ClassWriter writer = new ClassWriter(0);
    Remapper names =
        new Remapper(Opcodes.ASM9) {
          @Override
          public String mapFieldName(String owner, String name, String descriptor) {
            return name.equals("delegate") ? "wrapped" : name;
          }
        };
    new ClassReader(bytes).accept(new ClassRemapper(writer, names), 0);
    return writer.toByteArray();
  }
}

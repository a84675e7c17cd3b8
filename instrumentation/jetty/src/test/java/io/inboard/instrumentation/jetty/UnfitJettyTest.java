// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.Mode;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
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
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** A Jetty that is not as its hooks expect: it has lost the one method that requests enter. */
final class UnfitJettyTest {
  private static final String VERSION = "12.0-ee10";
  private static final String DOCTORED = "org/eclipse/jetty/server/Server.class";

  @TempDir Path jars;
  private ScriptedInbound mesh;

  @BeforeEach
  void takeApart() throws IOException {
    WovenJvm.ensure();
    mesh = new ScriptedInbound(InboundTls.DISABLED).serve();
    for (File jar : JettyLoader.folder(VERSION).listFiles()) {
      Path copy = jars.resolve(jar.getName());
      if (jar.getName().startsWith("jetty-server-")) {
        doctor(jar, copy);
      } else {
        Files.copy(jar.toPath(), copy);
      }
    }
    WovenJvm.takeTroubles();
  }

  @Test
  void itsHooksAloneAreLeftOutWithOneLine() throws Exception {
    try (RunningServer jetty = new JettyLoader(VERSION, jars.toFile()).start(Map.of());
        RawConnection wire = RawConnection.plain(jetty.port())) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
    }
    assertThat(mesh.seen()).isEmpty();
    assertThat(WovenJvm.takeTroubles())
        .singleElement()
        .asString()
        .contains("misfit of jetty", "Server.handle: expected 1, found 0");
  }

  @Test
  void aStrictPortIsNotServedByIt() {
    mesh.mode(Mode.STRICT);
    assertThatThrownBy(() -> new JettyLoader(VERSION, jars.toFile()).start(Map.of()))
        .hasStackTraceContaining("inbound.mtls is STRICT")
        .hasStackTraceContaining("the hooks do not fit this version of Jetty")
        .hasStackTraceContaining("portLevelMtls");
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
        out.write(entry.getName().equals(DOCTORED) ? withoutTheMethod(bytes) : bytes);
        out.closeEntry();
      }
    }
  }

  /** What it inherits does the same. */
  private static byte[] withoutTheMethod(byte[] bytes) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(bytes)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String descriptor, String signature, String[] thrown) {
                return name.equals("handle")
                    ? null
                    : super.visitMethod(access, name, descriptor, signature, thrown);
              }
            },
            0);
    return writer.toByteArray();
  }
}

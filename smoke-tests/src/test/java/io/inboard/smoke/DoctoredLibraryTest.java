// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A library that is not as its hooks expect: a Tomcat has one method more of a hooked name, a Netty
 * has a hooked method under another name.
 */
class DoctoredLibraryTest {
  private static final String TOMCAT = "org/apache/catalina/connector/Request";
  private static final String NETTY = "io/netty/channel/AbstractChannelHandlerContext";

  @TempDir Path directory;

  /**
   * @param jar begins the name of the jar with the class that is changed
   */
  private void takeApart(String app, String jar, String changed, UnaryOperator<byte[]> change)
      throws IOException {
    try (JarFile boot = new JarFile(Tree.app(app).toFile())) {
      for (JarEntry entry : Collections.list(boot.entries())) {
        String name = entry.getName();
        if (entry.isDirectory() || !name.matches("BOOT-INF/(lib|classes)/.*")) {
          continue;
        }
        Path target = directory.resolve(name.substring("BOOT-INF/".length()));
        Files.createDirectories(target.getParent());
        try (InputStream in = boot.getInputStream(entry)) {
          if (name.contains("/" + jar)) {
            Path original = directory.resolve("original.jar");
            Files.copy(in, original);
            doctor(original, target, changed + ".class", change);
          } else {
            Files.copy(in, target);
          }
        }
      }
    }
  }

  @Test
  void itsHooksAloneAreLeftOutWithOneLineAndAnEntryInStatus() throws Exception {
    takeApartTomcat();
    try (Service shop =
        Service.exploded(directory, "shop", Jdks.own()).agent(Yaml.service("shop")).start()) {
      String items = shop.callUrl("url-connection", shop.url("/items/7"));
      assertThat(Http.body(items)).isEqualTo("item 7 of shop");
      assertThat(shop.warnings())
          .singleElement()
          .asString()
          .contains("tomcat", "tomcat-embed-core", "recycle: expected 1, found 2");
      JsonNode status = shop.status();
      JsonNode tomcat = library(status, "tomcat");
      assertThat(tomcat.get("applied").asBoolean()).isFalse();
      assertThat(tomcat.get("reason").asText()).contains("expected 1, found 2");
      assertThat(library(status, "http-url-connection").get("applied").asBoolean()).isTrue();
    }
  }

  @Test
  void aStrictPortIsNotServedByIt() throws Exception {
    takeApartTomcat();
    Pki pki = new Pki(directory);
    Service.Builder builder =
        Service.exploded(directory, "pay", Jdks.own())
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"));
    try (Service pay = builder.launch()) {
      pay.program()
          .await(
              "ends, or says that it cannot start",
              Duration.ofSeconds(60),
              () ->
                  !pay.program().alive()
                      || pay.program().out().any(line -> line.contains("APPLICATION FAILED"))
                      || pay.program().out().any(line -> line.contains("Started Shop in")));
      Program.Ended plain = Curl.Way.plain(pay).run("/hello");
      assertThat(plain.out()).as(plain.toString()).doesNotContain("hello from");
    }
  }

  @Test
  void aNettyThatIsNotAsExpectedServesAsWithoutUsAndNoStrictPort() throws Exception {
    takeApart("reactive", "netty-transport-4", NETTY, DoctoredLibraryTest::withAMethodRenamed);
    Pki pki = new Pki(directory);
    Service.Builder builder =
        Service.exploded(directory, "reactive", "shop.reactive.Shop", "pay", Jdks.own());
    Yaml permissive = Yaml.service("pay").identity(pki.issue("pay")).inbound("PERMISSIVE");
    try (Service pay = builder.agent(permissive).start()) {
      assertThat(Http.body(pay.url("/hello"))).isEqualTo("hello from netty");
      assertThat(pay.warnings()).anyMatch(line -> line.contains("netty-transport"));
      JsonNode netty = library(pay.status(), "netty");
      assertThat(netty.get("applied").asBoolean()).isFalse();
      assertThat(netty.get("reason").asText()).contains("invokeExceptionCaught");
      Yaml.service("pay")
          .identity(pki.issue("pay"))
          .inbound("STRICT")
          .write(builder.settingsFile());
      pay.program()
          .await(
              "refuses",
              Duration.ofSeconds(60),
              () -> !Curl.Way.plain(pay).run("/hello").out().contains("hello"));
      assertThat(Curl.Way.mutual(pay, pki.issue("web")).run("/hello").out())
          .doesNotContain("hello");
    }
  }

  private void takeApartTomcat() throws IOException {
    takeApart("boot-3.5", "tomcat-embed-core-", TOMCAT, DoctoredLibraryTest::withOneMethodMore);
  }

  private static JsonNode library(JsonNode status, String unit) {
    for (JsonNode hook : status.get("hooks")) {
      if (hook.get("unit").asText().equals(unit)) {
        return hook.get("libraries").get(0);
      }
    }
    throw new AssertionError(unit + " is not in " + status);
  }

  private static void doctor(
      Path original, Path target, String changed, UnaryOperator<byte[]> change) throws IOException {
    try (JarFile jar = new JarFile(original.toFile());
        OutputStream file = Files.newOutputStream(target);
        JarOutputStream out = new JarOutputStream(file)) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        byte[] bytes;
        try (InputStream in = jar.getInputStream(entry)) {
          bytes = in.readAllBytes();
        }
        boolean hit = entry.getName().equals(changed);
        out.putNextEntry(new JarEntry(entry.getName()));
        out.write(hit ? change.apply(bytes) : bytes);
        out.closeEntry();
      }
    }
  }

  private static byte[] withOneMethodMore(byte[] bytes) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(bytes)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public void visitEnd() {
                MethodVisitor code = visitMethod(Opcodes.ACC_PUBLIC, "recycle", "(I)V", null, null);
                code.visitCode();
                code.visitInsn(Opcodes.RETURN);
                code.visitMaxs(0, 2);
                code.visitEnd();
                super.visitEnd();
              }
            },
            0);
    return writer.toByteArray();
  }

  /** {@code invokeExceptionCaught(Throwable)}, which the class calls alone. */
  private static byte[] withAMethodRenamed(byte[] bytes) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(bytes)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String type, String signature, String[] thrown) {
                MethodVisitor code =
                    super.visitMethod(access, renamed(name, type), type, signature, thrown);
                return new MethodVisitor(Opcodes.ASM9, code) {
                  @Override
                  public void visitMethodInsn(
                      int opcode, String owner, String called, String of, boolean isInterface) {
                    boolean own = owner.equals(NETTY);
                    super.visitMethodInsn(
                        opcode, owner, own ? renamed(called, of) : called, of, isInterface);
                  }
                };
              }
            },
            0);
    return writer.toByteArray();
  }

  private static String renamed(String method, String type) {
    return method.equals("invokeExceptionCaught") && type.equals("(Ljava/lang/Throwable;)V")
        ? "doctored"
        : method;
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.OutsiderContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.http.HttpHost;
import org.apache.http.config.ConnectionConfig;
import org.apache.http.impl.nio.DefaultHttpClientIODispatch;
import org.apache.http.impl.nio.pool.BasicNIOConnPool;
import org.apache.http.impl.nio.reactor.DefaultConnectingIOReactor;
import org.apache.http.message.BasicHttpRequest;
import org.apache.http.nio.protocol.BasicAsyncRequestProducer;
import org.apache.http.nio.protocol.BasicAsyncResponseConsumer;
import org.apache.http.nio.protocol.HttpAsyncRequestExecutor;
import org.apache.http.nio.protocol.HttpAsyncRequester;
import org.apache.http.nio.reactor.IOReactorException;
import org.apache.http.protocol.HttpProcessorBuilder;
import org.apache.http.protocol.RequestTargetHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** HttpCore's own requester, which has the reactor of the async client. */
final class AsyncOutsiderTest extends OutsiderContract {
  private final AsyncApplication application = new AsyncApplication();
  private final HttpAsyncRequester requester =
      new HttpAsyncRequester(HttpProcessorBuilder.create().add(new RequestTargetHost()).build());
  private final DefaultConnectingIOReactor reactor;
  private final BasicNIOConnPool pool;
  private final Thread thread;

  AsyncOutsiderTest() throws IOReactorException {
    reactor = new DefaultConnectingIOReactor();
    pool = new BasicNIOConnPool(reactor);
    thread = new Thread(this::events, "outsider");
  }

  private void events() {
    try {
      reactor.execute(
          new DefaultHttpClientIODispatch(
              new HttpAsyncRequestExecutor(), ConnectionConfig.DEFAULT));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void start() {
    thread.start();
  }

  @AfterEach
  void close() throws Exception {
    pool.shutdown(0);
    reactor.shutdown();
    thread.join();
    application.end();
  }

  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected String outsider() {
    return HttpAsyncRequester.class.getName();
  }

  @Override
  protected Future<?> connect(InetSocketAddress to) {
    return requester.execute(
        new BasicAsyncRequestProducer(
            new HttpHost(to.getAddress().getHostAddress(), to.getPort()),
            new BasicHttpRequest("GET", "/")),
        new BasicAsyncResponseConsumer(),
        pool);
  }

  /** Where one is not, it counts as a client that no hook knows, and is refused in the mesh. */
  @Test
  void everyClassOfTheReactorThatConnectsIsKnownToOpenSockets() throws Exception {
    List<String> connecting = connecting();
    assertThat(connecting).isNotEmpty();
    assertThat(new ApacheHttpAsyncClient4Hooks().unit().sockets()).containsAll(connecting);
  }

  private static List<String> connecting() throws Exception {
    String reactor = DefaultConnectingIOReactor.class.getName();
    URI jar =
        DefaultConnectingIOReactor.class
            .getProtectionDomain()
            .getCodeSource()
            .getLocation()
            .toURI();
    List<String> found = new ArrayList<>();
    try (FileSystem files = FileSystems.newFileSystem(Path.of(jar));
        Stream<Path> classes = Files.list(files.getPath(reactor.replace('.', '/')).getParent())) {
      for (Path each : (Iterable<Path>) classes::iterator) {
        try (InputStream bytes = Files.newInputStream(each)) {
          ClassReader reader = new ClassReader(bytes);
          if (connects(reader)) {
            found.add(reader.getClassName().replace('/', '.'));
          }
        }
      }
    }
    return found;
  }

  private static boolean connects(ClassReader reader) {
    boolean[] found = {false};
    MethodVisitor calls =
        new MethodVisitor(Opcodes.ASM9) {
          @Override
          public void visitMethodInsn(
              int opcode, String owner, String name, String descriptor, boolean isInterface) {
            found[0] |= owner.equals("java/nio/channels/SocketChannel") && name.equals("connect");
          }
        };
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            return calls;
          }
        },
        ClassReader.SKIP_DEBUG);
    return found[0];
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.Mode;
import io.inboard.contract.RawConnection;
import io.inboard.contract.ScriptedInbound;
import io.inboard.contract.WovenJvm;
import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import io.inboard.weave.WeaveListener;
import io.inboard.weave.Weaver;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import net.bytebuddy.agent.ByteBuddyAgent;

/** A program for {@link LameHooksTest}: serves in every mode, and says what came of it. */
final class LameServer {
  static final String THROWING = "throwing";
  static final String UNFIT = "unfit";

  private static final String MARK = "said: ";
  private static final AtomicInteger CALLS = new AtomicInteger();

  private LameServer() {}

  /** The program's own lines, without the stack traces around them. */
  static List<String> said(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith(MARK))
        .map(line -> line.substring(MARK.length()))
        .toList();
  }

  public static void main(String[] args) throws Exception {
    ScriptedInbound mesh = new ScriptedInbound(InboundTls.DISABLED).serve();
    boolean unfit = args[0].equals(UNFIT);
    if (unfit) {
      weaveUnfit();
    } else {
      WovenJvm.ensure();
    }
    for (Mode mode : new Mode[] {Mode.DISABLE, Mode.PERMISSIVE}) {
      mesh.mode(mode);
      say("plaintext in " + mode + ": " + serve());
    }
    mesh.mode(Mode.STRICT);
    int before = CALLS.get();
    if (unfit) {
      say("start in STRICT: " + started(HttpServer.create(anyPort(), 0)));
      HttpsServer secured = HttpsServer.create(anyPort(), 0);
      secured.setHttpsConfigurator(new HttpsConfigurator(SSLContext.getDefault()));
      say("start of HttpsServer in STRICT: " + started(secured));
    } else {
      say("plaintext in STRICT: " + serve());
      say("calls in STRICT: " + (CALLS.get() - before));
      say("a hook threw: " + !WovenJvm.takeTroubles().isEmpty());
    }
  }

  private static String serve() throws IOException {
    HttpServer server = HttpServer.create(anyPort(), 0);
    server.createContext(
        "/",
        x -> {
          CALLS.incrementAndGet();
          byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
          x.sendResponseHeaders(200, hello.length);
          x.getResponseBody().write(hello);
          x.close();
        });
    server.start();
    try (RawConnection wire = RawConnection.plain(server.getAddress().getPort())) {
      wire.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      String answer = new String(wire.untilClosed(), StandardCharsets.UTF_8);
      if (answer.contains("accepts mutual TLS only")) {
        return "told";
      }
      return answer.isEmpty() ? "closed" : answer.substring(answer.lastIndexOf('\n') + 1);
    } finally {
      server.stop(0);
    }
  }

  private static String started(HttpServer server) {
    try {
      server.start();
      return "started";
    } catch (IllegalStateException e) {
      boolean ours =
          e.getMessage().contains("inbound.mtls is STRICT")
              && e.getMessage().contains("" + server.getAddress().getPort());
      return ours ? "refused" : "failed: " + e;
    } finally {
      server.stop(0);
    }
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static void say(String what) {
    System.out.println(MARK + what);
  }

  /** As in a JDK of the future that has lost a class. */
  private static void weaveUnfit() {
    Unit fitting = new JdkHttpServerHooks().unit();
    List<Unit.Witness> witnesses = new ArrayList<>(fitting.witnesses());
    witnesses.add(new Unit.Witness("sun.net.httpserver.Lost", List.of()));
    Unit unfit =
        new Unit(fitting.name(), witnesses, fitting.hooks(), fitting.guards(), fitting.openings());
    Instrumentation instrumentation = ByteBuddyAgent.install();
    Weaver.install(instrumentation, List.<Library>of(() -> unfit), new Printing())
        .weaveLoadedClasses(instrumentation);
  }

  private record Printing() implements WeaveListener {
    @Override
    public void applied(String unit, String library) {
      System.out.println("applied " + unit);
    }

    @Override
    public void misfit(String unit, String library, String reason) {
      System.out.println("misfit " + unit + ": " + reason);
    }

    @Override
    public void failed(String unit, String className, Throwable error) {
      error.printStackTrace();
    }

    @Override
    public void hookError(String unit, String hook, Throwable error) {
      error.printStackTrace();
    }
  }
}

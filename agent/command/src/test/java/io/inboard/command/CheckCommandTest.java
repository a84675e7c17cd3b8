// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void goodSettingsAreOneLineAndZero() throws IOException {
    Path file = write("destinations:\n  - {host: a, endpoints: ['b:1', 'c:2']}\n");

    assertThat(check(file.toString())).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            file + ": OK (1 destination, 2 endpoints, inbound DISABLE, without an identity)");
  }

  @Test
  void everyProblemIsALineWithFileLineColumnPathAndHint() throws IOException {
    Path file = write("enabld: true\nreload:\n  interval: 5\n");

    assertThat(check(file.toString())).isEqualTo(1);
    assertThat(out.toString().lines())
        .containsExactly(
            file + ":1:1 enabld: is an unknown key (did you mean enabled?)",
            file
                + ":3:13 reload.interval: must be a duration, but was '5' (with a unit: 5s or 5ms)");
  }

  @Test
  void aMissingFileAndADirectoryAreSaid() {
    assertThat(check(directory + "/none.yaml")).isEqualTo(1);
    assertThat(out.toString()).contains("none.yaml: there is no such file");
    assertThat(check(directory.toString())).isEqualTo(1);
    assertThat(out.toString()).contains(directory + ": is a directory");
  }

  @Test
  void filesOfTheIdentityAreLookedAt() throws IOException {
    Path file =
        write("identity: {certificateChain: /no/c.pem, privateKey: /no/k, trustBundle: /no/b}\n");

    assertThat(check(file.toString())).isEqualTo(1);
    assertThat(out.toString()).contains(":1:12 identity.certificateChain: /no/c.pem");
  }

  @Test
  void filesOfEndpointsAreLookedAt() throws IOException {
    Path list = directory.resolve("endpoints.yaml");
    Path file = write("destinations: [{host: a, discovery: {file: endpoints.yaml}}]\n");

    assertThat(check(file.toString())).as("it may come later").isZero();
    assertThat(out.toString()).contains(list + ": warning: there is no such file");

    Files.writeString(list, "- 10.0.0.1:80\n- 10.0.0.2\n");
    assertThat(check(file.toString())).isEqualTo(1);
    assertThat(out.toString()).contains(list + ":2:3 [1]: has no port");

    Files.writeString(list, "- 10.0.0.1:80\n- 10.0.0.2:80\n");
    assertThat(check(file.toString())).isZero();
    assertThat(out.toString()).contains("OK (1 destination, 2 endpoints");
  }

  @Test
  void aUrlIsReadAndItsErrorsAreSaid() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/good",
        exchange -> {
          byte[] body = "service: {name: a}\n".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String base = "http://127.0.0.1:" + server.getAddress().getPort();
      assertThat(check(base + "/good?token=secret")).isZero();
      assertThat(check(base + "/missing")).isEqualTo(1);
    } finally {
      server.stop(0);
    }
    assertThat(out.toString())
        .contains("/good: OK")
        .contains("/missing: answers 404 (not found); is the path right?")
        .doesNotContain("secret");
  }

  @Test
  void withoutAnArgumentItIsUsageAndTwo() {
    assertThat(run("check")).isEqualTo(2);
    assertThat(err.toString()).contains("FILE_OR_URL");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("inboard.yaml"), text);
  }

  private int check(String what) {
    return run("check", what);
  }

  private int run(String... arguments) {
    return CommandLine.run(
        arguments, "no.jar", new PrintWriter(out, true), new PrintWriter(err, true), false);
  }
}

// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The same calls while the mesh is switched off, where it only looks on, and to a destination of
 * its own: what the server saw is the same, but for the headers that the mesh adds, and so is what
 * the application saw. The subclass says what an application does, and what it sees.
 */
public abstract class SameAsWithoutContract extends MeshHarness {
  /**
   * What a name is called that DNS does not know; it says more of one that it has just looked up.
   */
  private static final String UNKNOWN =
      "far[.]invalid: (Name or service not known|Temporary failure in name resolution)";

  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  /** Before the calls of a case, which are made once for each way. */
  protected void prepare() throws Exception {}

  /**
   * Makes a call as an application does.
   *
   * @param call method, target, and words of the subclass's own
   * @return what the application saw
   */
  protected abstract String call(Origin origin, String call) throws Exception;

  /**
   * The URL of a call: {@code proxied} and {@code tunnelled} are hosts behind a proxy, which is the
   * origin; all else is a target of the origin itself.
   */
  protected static String url(Origin origin, String target) {
    return switch (target) {
      case "proxied" -> "http://far.invalid/proxied";
      case "tunnelled" -> "https://far.invalid/tunnelled";
      default -> "http://127.0.0.1:" + origin.port() + target;
    };
  }

  /** Whether the call goes through the proxy. */
  protected static boolean isProxied(String target) {
    return !target.startsWith("/");
  }

  /**
   * Makes the calls in each way, and compares.
   *
   * @param serversViewIsChance how much arrives of what breaks off, and what is read of what is
   *     given up
   * @param securable false where something between them speaks plaintext, or another host is asked
   */
  protected final void isSame(List<String> calls, boolean serversViewIsChance, boolean securable)
      throws Exception {
    String off = run(calls, serversViewIsChance, Optional.empty(), "enabled: false\n");
    assertThat(run(calls, serversViewIsChance, Optional.empty(), ""))
        .as("looked on")
        .isEqualTo(off);
    String destination = "destinations:\n  - {host: 127.0.0.1, endpoints: [\"127.0.0.1:0\"]%s}\n";
    for (String more : List.of("", ", retries: {attempts: 0}")) {
      String settings = destination.formatted(more);
      assertThat(run(calls, serversViewIsChance, Optional.empty(), settings))
          .as("governed%s", more)
          .isEqualTo(off);
    }
    if (!securable) {
      return;
    }
    CA.issue(CLIENT_ID).save(directory);
    String secured = identity() + destination.formatted(", tls: {mode: MUTUAL}");
    assertThat(run(calls, serversViewIsChance, Optional.of(ORDERS), secured))
        .as("over mutual TLS")
        .isEqualTo(off);
  }

  private String run(
      List<String> calls, boolean chance, Optional<TestIdentity> identity, String settings)
      throws Exception {
    prepare();
    Origin origin = closing(new Origin(SameAsWithoutContract::answer, identity));
    mesh("", settings.replace("127.0.0.1:0", "127.0.0.1:" + origin.port()));
    List<String> saw = new ArrayList<>();
    for (String call : calls) {
      saw.add(call + " -> " + call(origin, call));
    }
    String application =
        String.join("\n", saw)
            .replace(":" + origin.port(), ":PORT")
            .replaceAll(UNKNOWN, "far.invalid");
    return chance ? application : application + "\n" + origin.seen();
  }

  private static String answer(String method, String target, String head) {
    String path = method.equals("CONNECT") ? "/connect" : target.replaceFirst("http://[^/]*", "");
    String location = "Location: http://127.0.0.1:PORT/ok\r\nContent-Length: 0\r\n\r\n";
    boolean knows = head.contains("Authorization: Basic");
    String answer =
        switch (path) {
          case "/cookie" -> OK.replace("\r\n\r\n", "\r\nSet-Cookie: a=1\r\n\r\n");
          case "/redirect-cookie" -> "HTTP/1.1 302 Found\r\nSet-Cookie: b=2\r\n" + location;
          case "/401" ->
              knows
                  ? OK
                  : "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\n"
                      + "Content-Length: 2\r\n\r\nno";
          case "/401-always" ->
              "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                  + "Content-Length: 2\r\n\r\nno";
          case "/proxied" ->
              head.contains("Proxy-Authorization: Basic")
                  ? OK
                  : "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                      + "Content-Length: 2\r\n\r\nno";
          case "/connect" ->
              head.contains("Proxy-Authorization: Basic")
                  ? "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                  : "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                      + "Content-Length: 2\r\n\r\nno";
          case "/301", "/302", "/303", "/307", "/308" ->
              "HTTP/1.1 " + path.substring(1) + " Moved\r\n" + location;
          case "/away" -> "HTTP/1.1 302 Found\r\nLocation: ok?x=1\r\nContent-Length: 0\r\n\r\n";
          case "/localhost" ->
              "HTTP/1.1 307 Moved\r\n" + location.replace("127.0.0.1", "localhost");
          case "/far" ->
              "HTTP/1.1 302 Found\r\nLocation: https://far.invalid/\r\nContent-Length: 0\r\n\r\n";
          case "/417" -> "HTTP/1.1 417 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
          case "/404" -> "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone";
          case "/404-empty" -> "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
          case "/500" -> "HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nbad";
          case "/204" -> "HTTP/1.1 204 No Content\r\n\r\n";
          case "/304" -> "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n";
          case "/304-length" -> "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n";
          case "/200-empty" -> "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
          case "/trailers" ->
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n"
                  + "2\r\nok\r\n0\r\nX-T: yes\r\n\r\n";
          case "/close" -> "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end";
          case "/never" -> null;
          case "/half" -> "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf";
          case "/half-chunk" ->
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n9\r\nhalf";
          case "/nonsense" -> "what is this?\r\nConnection: close\r\n\r\n";
          case "/long-status" -> "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok";
          case "/10" -> "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nold";
          case "/big" -> "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + "b".repeat(300_000);
          default -> OK;
        };
    boolean head9110 = method.equals("HEAD") && answer != null;
    return head9110 ? answer.substring(0, answer.indexOf("\r\n\r\n") + 4) : answer;
  }
}

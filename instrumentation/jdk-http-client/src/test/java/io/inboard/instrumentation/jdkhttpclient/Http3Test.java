// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application that wishes for HTTP/3, which a JDK speaks since 26, calls a destination of the
 * mesh: TCP and our TLS carry the request, and no datagram is sent. Its classes are found by
 * reflection, since older JDKs compile this.
 */
final class Http3Test extends JdkHarness {
  @BeforeEach
  void onlyWhereItIsSpoken() {
    assumeTrue(
        Stream.of(HttpClient.Version.values()).anyMatch(v -> v.name().equals("HTTP_3")),
        () -> "JDK " + Runtime.version().feature() + " speaks no HTTP/3, it comes with 26");
  }

  /** By where the JDK would look for HTTP/3; at once in the last case, without a first request. */
  @ParameterizedTest
  @ValueSource(strings = {"ANY", "ALT_SVC", "HTTP_3_URI_ONLY"})
  void aDestinationOfTheMeshIsCalledOverTcpAndMutualTls(String discovery) throws Exception {
    try (Http2Server server = Http2Server.secured(SERVER);
        DatagramChannel udp = DatagramChannel.open()) {
      InetSocketAddress address = server.address();
      udp.bind(address).configureBlocking(false);
      mesh.script(Script.to(TestEndpoint.secured(HOST, address, CLIENT, SERVER_ID)));
      HttpClient client = HttpClient.newBuilder().version(http3()).build();
      HttpRequest request = looking(HttpRequest.newBuilder(URI.create(URL + "/a")), discovery);
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
      }
      assertThat(server.arrived())
          .hasSize(2)
          .allSatisfy(a -> assertThat(a.peer()).contains(CLIENT_ID));
      assertThat(datagrams(udp)).isEmpty();
    }
  }

  private static List<Integer> datagrams(DatagramChannel udp) throws IOException {
    ByteBuffer packet = ByteBuffer.allocate(2000);
    return udp.receive(packet) == null ? List.of() : List.of(packet.position());
  }

  private static HttpClient.Version http3() {
    return HttpClient.Version.valueOf("HTTP_3");
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static HttpRequest looking(HttpRequest.Builder request, String discovery)
      throws ReflectiveOperationException {
    Class<?> option = Class.forName("java.net.http.HttpOption");
    Class mode = Class.forName("java.net.http.HttpOption$Http3DiscoveryMode");
    HttpRequest.Builder.class
        .getMethod("setOption", option, Object.class)
        .invoke(request, option.getField("H3_DISCOVERY").get(null), Enum.valueOf(mode, discovery));
    return request.version(http3()).build();
  }
}
